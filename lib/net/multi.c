#include "net/multi.h"

#include "core/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS = 32 }; // taken from the kernel at once

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context,
		     void *known)
{
	struct multi *m = context;
	struct epoll_event event = { .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		// It may be closed already, which removes it as well.
		epoll_ctl(m->epoll_fd, EPOLL_CTL_DEL, fd, &event);
		return 0;
	}
	event.events |= (what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U;
	event.events |= (what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U;
	if (epoll_ctl(m->epoll_fd,
		      known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
		      &event) < 0 &&
	    epoll_ctl(m->epoll_fd,
		      known != NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd,
		      &event) < 0)
		return -1;
	curl_multi_assign(m->handle, fd, m);
	return 0;
}

static int on_timer(CURLM *handle, long timeout_ms, void *context)
{
	struct multi *m = context;

	(void)handle;
	m->due_ms = timeout_ms < 0 ? -1 : clock_ns() / NS_PER_MS + timeout_ms;
	return 0;
}

int multi_open(struct multi *m, struct err *e)
{
	*m = (struct multi){ .due_ms = -1,
			     .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
	if (m->epoll_fd < 0)
		return err_sys(e, "HTTP");
	m->handle = curl_multi_init();
	if (m->handle == NULL) {
		close(m->epoll_fd);
		return err_set(e, ERR_SYSTEM, "HTTP: %s", strerror(ENOMEM));
	}
	curl_multi_setopt(m->handle, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(m->handle, CURLMOPT_SOCKETDATA, m);
	curl_multi_setopt(m->handle, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(m->handle, CURLMOPT_TIMERDATA, m);
	return 0;
}

void multi_step(struct multi *m, int64_t now_ms)
{
	struct epoll_event events[EVENTS];
	int running;
	int n;

	do {
		n = epoll_wait(m->epoll_fd, events, EVENTS, 0);
		for (int i = 0; i < n; i++) {
			unsigned got = events[i].events;
			int mask = 0;

			if ((got & EPOLLIN) != 0)
				mask |= CURL_CSELECT_IN;
			if ((got & EPOLLOUT) != 0)
				mask |= CURL_CSELECT_OUT;
			if ((got & (EPOLLERR | EPOLLHUP)) != 0)
				mask |= CURL_CSELECT_ERR;
			curl_multi_socket_action(m->handle, events[i].data.fd,
						 mask, &running);
		}
	} while (n == EVENTS);
	if (m->due_ms >= 0 && now_ms >= m->due_ms) {
		m->due_ms = -1;
		curl_multi_socket_action(m->handle, CURL_SOCKET_TIMEOUT, 0,
					 &running);
	}
}

int multi_timeout_ms(const struct multi *m, int64_t now_ms)
{
	if (m->due_ms < 0)
		return -1;
	return m->due_ms > now_ms ? (int)(m->due_ms - now_ms) : 0;
}

void multi_close(struct multi *m)
{
	curl_multi_cleanup(m->handle);
	close(m->epoll_fd);
}
