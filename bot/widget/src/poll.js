// Later replies: a long poll that rests while nobody looks, and backs off while the server is away.

const LONGEST_WAIT = 30;
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function seen() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  }).then(seen);
}

export async function poll(thread, begun) {
  let failures = 0;
  for (;;) {
    await seen();
    if (!begun()) {
      await wait(1);
      continue;
    }
    try {
      const response = await fetch(`/chat/updates?after=${thread.last}`, { headers: { Accept: "application/json" } });
      if (response.status === 401) return;
      if (!response.ok) throw new Error(String(response.status));
      const body = await response.json();
      if (body.other) return window.location.reload();
      thread.addReplies(body.replies);
      failures = 0;
      await wait(0.2);
    } catch {
      failures += 1;
      await wait(Math.min(2 ** failures, LONGEST_WAIT));
    }
  }
}
