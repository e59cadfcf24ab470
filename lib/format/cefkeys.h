/*
 * The keys of CEF's extension dictionary, sorted, with or without an eye to
 * their capitals, and the columns that Microsoft Sentinel's CommonSecurityLog
 * has for them. A table is made of them by saying what becomes of each row:
 *
 *     KEY(key, type, max, column, kind)   type and max as in field_rule, for
 *                                         CEF; kind of column: TEXT, INT,
 *                                         LONG, REAL or TIME
 *     COLUMN(key, type, column, kind)     CEF itself does not have the key
 *     RESERVED(key)                       set by receivers only
 */
#ifndef SIEM_FORMAT_CEFKEYS_H
#define SIEM_FORMAT_CEFKEYS_H

#define CEF_KEYS(KEY, COLUMN, RESERVED) \
	KEY("act", TEXT, 63, "DeviceAction", TEXT) \
	RESERVED("agentDnsDomain") \
	RESERVED("agentNtDomain") \
	RESERVED("agentTranslatedAddress") \
	RESERVED("agt") \
	RESERVED("ahost") \
	RESERVED("aid") \
	RESERVED("amac") \
	KEY("app", TEXT, 31, "ApplicationProtocol", TEXT) \
	RESERVED("art") \
	RESERVED("at") \
	RESERVED("atz") \
	RESERVED("av") \
	KEY("c6a1", IPV6, 0, "DeviceCustomIPv6Address1", TEXT) \
	KEY("c6a1Label", TEXT, 1023, "DeviceCustomIPv6Address1Label", TEXT) \
	KEY("c6a2", IPV6, 0, "DeviceCustomIPv6Address2", TEXT) \
	KEY("c6a2Label", TEXT, 1023, "DeviceCustomIPv6Address2Label", TEXT) \
	KEY("c6a3", IPV6, 0, "DeviceCustomIPv6Address3", TEXT) \
	KEY("c6a3Label", TEXT, 1023, "DeviceCustomIPv6Address3Label", TEXT) \
	KEY("c6a4", IPV6, 0, "DeviceCustomIPv6Address4", TEXT) \
	KEY("c6a4Label", TEXT, 1023, "DeviceCustomIPv6Address4Label", TEXT) \
	KEY("cat", TEXT, 1023, "DeviceEventCategory", TEXT) \
	KEY("cfp1", DOUBLE, 0, "DeviceCustomFloatingPoint1", REAL) \
	KEY("cfp1Label", TEXT, 1023, "DeviceCustomFloatingPoint1Label", TEXT) \
	KEY("cfp2", DOUBLE, 0, "DeviceCustomFloatingPoint2", REAL) \
	KEY("cfp2Label", TEXT, 1023, "DeviceCustomFloatingPoint2Label", TEXT) \
	KEY("cfp3", DOUBLE, 0, "DeviceCustomFloatingPoint3", REAL) \
	KEY("cfp3Label", TEXT, 1023, "DeviceCustomFloatingPoint3Label", TEXT) \
	KEY("cfp4", DOUBLE, 0, "DeviceCustomFloatingPoint4", REAL) \
	KEY("cfp4Label", TEXT, 1023, "DeviceCustomFloatingPoint4Label", TEXT) \
	KEY("cn1", INT64, 0, "FieldDeviceCustomNumber1", LONG) \
	KEY("cn1Label", TEXT, 1023, "DeviceCustomNumber1Label", TEXT) \
	KEY("cn2", INT64, 0, "FieldDeviceCustomNumber2", LONG) \
	KEY("cn2Label", TEXT, 1023, "DeviceCustomNumber2Label", TEXT) \
	KEY("cn3", INT64, 0, "FieldDeviceCustomNumber3", LONG) \
	KEY("cn3Label", TEXT, 1023, "DeviceCustomNumber3Label", TEXT) \
	KEY("cnt", INT32, 0, "EventCount", INT) \
	KEY("cs1", TEXT, 4000, "DeviceCustomString1", TEXT) \
	KEY("cs1Label", TEXT, 1023, "DeviceCustomString1Label", TEXT) \
	KEY("cs2", TEXT, 4000, "DeviceCustomString2", TEXT) \
	KEY("cs2Label", TEXT, 1023, "DeviceCustomString2Label", TEXT) \
	KEY("cs3", TEXT, 4000, "DeviceCustomString3", TEXT) \
	KEY("cs3Label", TEXT, 1023, "DeviceCustomString3Label", TEXT) \
	KEY("cs4", TEXT, 4000, "DeviceCustomString4", TEXT) \
	KEY("cs4Label", TEXT, 1023, "DeviceCustomString4Label", TEXT) \
	KEY("cs5", TEXT, 4000, "DeviceCustomString5", TEXT) \
	KEY("cs5Label", TEXT, 1023, "DeviceCustomString5Label", TEXT) \
	KEY("cs6", TEXT, 4000, "DeviceCustomString6", TEXT) \
	KEY("cs6Label", TEXT, 1023, "DeviceCustomString6Label", TEXT) \
	RESERVED("customerExternalID") \
	RESERVED("customerURI") \
	KEY("destinationDnsDomain", TEXT, 255, "DestinationDnsDomain", TEXT) \
	KEY("destinationServiceName", TEXT, 1023, \
	    "DestinationServiceName", TEXT) \
	KEY("destinationTranslatedAddress", IPV4, 0, \
	    "DestinationTranslatedAddress", TEXT) \
	KEY("destinationTranslatedPort", PORT, 0, \
	    "DestinationTranslatedPort", INT) \
	KEY("deviceCustomDate1", TIME_MS, 0, "DeviceCustomDate1", TEXT) \
	KEY("deviceCustomDate1Label", TEXT, 1023, \
	    "DeviceCustomDate1Label", TEXT) \
	KEY("deviceCustomDate2", TIME_MS, 0, "DeviceCustomDate2", TEXT) \
	KEY("deviceCustomDate2Label", TEXT, 1023, \
	    "DeviceCustomDate2Label", TEXT) \
	KEY("deviceDirection", INT32, 0, "CommunicationDirection", TEXT) \
	KEY("deviceDnsDomain", TEXT, 255, "DeviceDnsDomain", TEXT) \
	KEY("deviceExternalId", TEXT, 255, "DeviceExternalID", TEXT) \
	KEY("deviceFacility", TEXT, 1023, "DeviceFacility", TEXT) \
	KEY("deviceInboundInterface", TEXT, 128, \
	    "DeviceInboundInterface", TEXT) \
	KEY("deviceNtDomain", TEXT, 255, "DeviceNtDomain", TEXT) \
	KEY("deviceOutboundInterface", TEXT, 128, \
	    "DeviceOutboundInterface", TEXT) \
	KEY("devicePayloadId", TEXT, 128, "DevicePayloadId", TEXT) \
	KEY("deviceProcessName", TEXT, 1023, "ProcessName", TEXT) \
	KEY("deviceTranslatedAddress", IPV4, 0, \
	    "DeviceTranslatedAddress", TEXT) \
	KEY("dhost", TEXT, 1023, "DestinationHostName", TEXT) \
	RESERVED("dlat") \
	RESERVED("dlong") \
	KEY("dmac", MAC, 0, "DestinationMACAddress", TEXT) \
	KEY("dntdom", TEXT, 255, "DestinationNTDomain", TEXT) \
	KEY("dpid", INT32, 0, "DestinationProcessId", INT) \
	KEY("dpriv", TEXT, 1023, "DestinationUserPrivileges", TEXT) \
	KEY("dproc", TEXT, 1023, "DestinationProcessName", TEXT) \
	KEY("dpt", PORT, 0, "DestinationPort", INT) \
	KEY("dst", IPV4, 0, "DestinationIP", TEXT) \
	KEY("dtz", TEXT, 255, "DeviceTimeZone", TEXT) \
	KEY("duid", TEXT, 1023, "DestinationUserID", TEXT) \
	KEY("duser", TEXT, 1023, "DestinationUserName", TEXT) \
	KEY("dvc", IPV4, 0, "DeviceAddress", TEXT) \
	KEY("dvchost", TEXT, 100, "DeviceName", TEXT) \
	KEY("dvcmac", MAC, 0, "DeviceMacAddress", TEXT) \
	KEY("dvcpid", INT32, 0, "ProcessID", INT) \
	KEY("end", TIME_MS, 0, "EndTime", TIME) \
	RESERVED("eventId") \
	KEY("externalId", TEXT, 40, "ExtID", TEXT) \
	KEY("fileCreateTime", TIME_MS, 0, "FileCreateTime", TEXT) \
	KEY("fileHash", TEXT, 255, "FileHash", TEXT) \
	KEY("fileId", TEXT, 1023, "FileID", TEXT) \
	KEY("fileModificationTime", TIME_MS, 0, "FileModificationTime", TEXT) \
	KEY("filePath", TEXT, 1023, "FilePath", TEXT) \
	KEY("filePermission", TEXT, 1023, "FilePermission", TEXT) \
	KEY("fileType", TEXT, 1023, "FileType", TEXT) \
	KEY("flexDate1", TIME_MS, 0, "FlexDate1", TEXT) \
	KEY("flexDate1Label", TEXT, 128, "FlexDate1Label", TEXT) \
	COLUMN("flexNumber1", INT32, "FlexNumber1", INT) \
	COLUMN("flexNumber1Label", TEXT, "FlexNumber1Label", TEXT) \
	COLUMN("flexNumber2", INT32, "FlexNumber2", INT) \
	COLUMN("flexNumber2Label", TEXT, "FlexNumber2Label", TEXT) \
	COLUMN("flexNumberNLabel", TEXT, "FlexNumberNLabel", TEXT) \
	KEY("flexString1", TEXT, 1023, "FlexString1", TEXT) \
	KEY("flexString1Label", TEXT, 128, "FlexString1Label", TEXT) \
	KEY("flexString2", TEXT, 1023, "FlexString2", TEXT) \
	KEY("flexString2Label", TEXT, 128, "FlexString2Label", TEXT) \
	KEY("fname", TEXT, 1023, "FileName", TEXT) \
	KEY("fsize", INT32, 0, "FileSize", INT) \
	KEY("in", INT32, 0, "ReceivedBytes", LONG) \
	KEY("msg", TEXT, 1023, "Message", TEXT) \
	KEY("oldFileCreateTime", TIME_MS, 0, "OldFileCreateTime", TEXT) \
	KEY("oldFileHash", TEXT, 255, "OldFileHash", TEXT) \
	KEY("oldFileId", TEXT, 1023, "OldFileID", TEXT) \
	KEY("oldFileModificationTime", TIME_MS, 0, \
	    "OldFileModificationTime", TEXT) \
	KEY("oldFileName", TEXT, 1023, "OldFileName", TEXT) \
	KEY("oldFilePath", TEXT, 1023, "OldFilePath", TEXT) \
	KEY("oldFilePermission", TEXT, 1023, "OldFilePermission", TEXT) \
	KEY("oldFileSize", INT32, 0, "OldFileSize", INT) \
	KEY("oldFileType", TEXT, 1023, "OldFileType", TEXT) \
	KEY("out", INT32, 0, "SentBytes", LONG) \
	KEY("outcome", TEXT, 63, "EventOutcome", TEXT) \
	KEY("proto", TEXT, 31, "Protocol", TEXT) \
	RESERVED("rawEvent") \
	KEY("reason", TEXT, 1023, "Reason", TEXT) \
	KEY("request", TEXT, 1023, "RequestURL", TEXT) \
	KEY("requestClientApplication", TEXT, 1023, \
	    "RequestClientApplication", TEXT) \
	KEY("requestContext", TEXT, 2048, "RequestContext", TEXT) \
	KEY("requestCookies", TEXT, 1023, "RequestCookies", TEXT) \
	KEY("requestMethod", TEXT, 1023, "RequestMethod", TEXT) \
	KEY("rt", TIME_MS, 0, "ReceiptTime", TEXT) \
	KEY("shost", TEXT, 1023, "SourceHostName", TEXT) \
	RESERVED("slat") \
	RESERVED("slong") \
	KEY("smac", MAC, 0, "SourceMACAddress", TEXT) \
	KEY("sntdom", TEXT, 255, "SourceNTDomain", TEXT) \
	KEY("sourceDnsDomain", TEXT, 255, "SourceDnsDomain", TEXT) \
	KEY("sourceServiceName", TEXT, 1023, "SourceServiceName", TEXT) \
	KEY("sourceTranslatedAddress", IPV4, 0, \
	    "SourceTranslatedAddress", TEXT) \
	KEY("sourceTranslatedPort", PORT, 0, "SourceTranslatedPort", INT) \
	KEY("spid", INT32, 0, "SourceProcessId", INT) \
	KEY("spriv", TEXT, 1023, "SourceUserPrivileges", TEXT) \
	KEY("sproc", TEXT, 1023, "SourceProcessName", TEXT) \
	KEY("spt", PORT, 0, "SourcePort", INT) \
	KEY("src", IPV4, 0, "SourceIP", TEXT) \
	KEY("start", TIME_MS, 0, "StartTime", TIME) \
	KEY("suid", TEXT, 1023, "SourceUserID", TEXT) \
	KEY("suser", TEXT, 1023, "SourceUserName", TEXT) \
	KEY("type", INT32, 0, "EventType", INT)

#endif
