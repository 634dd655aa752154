import { Pool } from 'undici'

/** Calls one homeserver through its public APIs, as whoever a token speaks for. */
export class BenchClient implements AsyncDisposable {
  readonly #pool: Pool

  constructor(url: string, connections: number) {
    this.#pool = new Pool(url, { connections, pipelining: 1 })
  }

  async call(
    method: 'GET' | 'PUT' | 'POST',
    path: string,
    options: { token: string; body?: object; actAs?: string },
  ): Promise<Record<string, unknown>> {
    const query = options.actAs === undefined ? '' : `?user_id=${encodeURIComponent(options.actAs)}`
    const response = await this.#pool.request({
      method,
      path: `/_matrix/client/v3/${path}${query}`,
      headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' },
      body: options.body === undefined ? null : JSON.stringify(options.body),
    })
    const answer = (await response.body.json()) as Record<string, unknown>
    if (response.statusCode !== 200)
      throw new Error(`${method} ${path}: ${response.statusCode} ${JSON.stringify(answer)}`)
    return answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close()
  }
}

/** Runs `work` for 0 … count-1 with so many at once. */
export async function inParallel(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}
