import { repeatWhenClosed, type Dispatch } from '@pons/http'

/** The homeserver over HTTP: the same small interface as the in-process transport. */
export async function httpDispatch(
  baseUrl: string,
  options: { ca?: string; connections?: number } = {},
): Promise<Dispatch & AsyncDisposable> {
  // Loaded here: a bridge beside its homeserver does without.
  const { Pool } = await import('undici')
  const settings = options.ca === undefined ? {} : { connect: { ca: options.ca } }
  const fresh = new Pool(baseUrl, { ...settings, pipelining: 0 })
  const kept = new Pool(baseUrl, { ...settings, connections: options.connections ?? 16 })
  // Every call of `MatrixApi` may be repeated.
  const pool = kept.compose(repeatWhenClosed(fresh))
  const dispatch: Dispatch = async ({ method, url, headers, body, takesStream, signal }) => {
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
      body:
        takesStream === true && response.statusCode === 200
          ? response.body
          : type.startsWith('application/json')
            ? await response.body.json()
            : new Uint8Array(await response.body.arrayBuffer()),
    }
  }
  return Object.assign(dispatch, {
    [Symbol.asyncDispose]: async () => {
      await Promise.all([kept.close(), fresh.close()])
    },
  })
}
