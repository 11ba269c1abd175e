/** JSON over HTTP. Errors carry a sentence that can be shown. */

async function request(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new Error('Replibot can’t be reached. Check that it is running.');
  }
  const body = await response.json().catch(() => ({}));
  if (response.status === 401) location.reload();
  if (!response.ok) throw new Error(body.error ?? `Replibot answered ${response.status}.`);
  return body;
}

export const getJson = (url) => request(url);

export const postJson = (url, body) =>
  request(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
