import type { Dispatch } from '@pons/http'

/** The homeserver over HTTP: the same small interface as the in-process transport. */
export async function httpDispatch(
  baseUrl: string,
  options: { ca?: string; connections?: number } = {},
): Promise<Dispatch & AsyncDisposable> {
  // Loaded here: a bridge beside its homeserver does without.
  const { Pool } = await import('undici')
  const pool = new Pool(baseUrl, {
    connections: options.connections ?? 16,
    ...(options.ca !== undefined && { connect: { ca: options.ca } }),
  })
  const dispatch: Dispatch = async ({ method, url, headers, body, signal }) => {
    const isBytes = body instanceof Uint8Array
    const response = await pool.request({
      method,
      path: url,
      headers: { ...(body !== undefined && !isBytes && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : isBytes ? body : JSON.stringify(body),
      signal: signal ?? null,
    })
    const type = String(response.headers['content-type'] ?? '')
    return {
      status: response.statusCode,
      headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
      body: type.startsWith('application/json')
        ? await response.body.json()
        : new Uint8Array(await response.body.arrayBuffer()),
    }
  }
  return Object.assign(dispatch, { [Symbol.asyncDispose]: () => pool.close() })
}
