/** The conversation's event stream: reconnects by itself, and rests while nobody sees the page. */

const RETRY_MS = 1500;

export function connect(url, { onExchange, onReady, onState }) {
  let source;
  let retry;

  function open() {
    clearTimeout(retry);
    source?.close();
    source = new EventSource(url);
    source.addEventListener('exchange', (event) => onExchange(JSON.parse(event.data)));
    source.addEventListener('ready', () => {
      onState(true);
      onReady();
    });
    source.addEventListener('error', () => {
      onState(false);
      // A refused request ends an EventSource for good; a cut one would come back by itself, but with its own patience.
      source.close();
      retry = setTimeout(open, RETRY_MS);
    });
  }

  // Browsers allow six connections to one server: tabs in the background leave theirs to the one in front.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      clearTimeout(retry);
      source?.close();
    } else open();
  });
  if (!document.hidden) open();
}
