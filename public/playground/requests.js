/** JSON over HTTP. Errors carry a sentence that can be shown. */

async function request(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('Replibot can’t be reached. Check that it is running.');
  }
  const body = await response.json().catch(() => ({}));
  if (response.status === 401) location.reload();
  if (!response.ok) throw new Error(body.error ?? `Replibot answered ${response.status}.`);
  return body;
}

export const getJson = (url, signal) => request(url, { signal });

export const postJson = (url, body, signal) =>
  request(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });

export const patchBytes = (url, body, signal) =>
  request(url, { method: 'PATCH', headers: { 'Content-Type': 'application/octet-stream' }, body, signal });

export const remove = (url) =>
  request(url, { method: 'DELETE', headers: { 'Content-Type': 'application/json' } });
