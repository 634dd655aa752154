import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, parseConfig, runPons, type RunningPons } from '@pons/app'
import { freePort, ManagementRoom, MatrixPerson } from '@pons/test'

type Json = Record<string, unknown>

/** A server that was never started before is being started meanwhile. */
class FirstStart implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pons-first-'))
  readonly #running: Promise<RunningPons>
  readonly url: string
  #isFailed = false

  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`
    const open = { registration: { open: true }, rate_limit: false, password_hashing: 'cheap' }
    const loaded = parseConfig(JSON.stringify({ listeners: [{ port }], ...open }), join(this.#folder, 'pons.yaml'))
    this.#running = runPons({ loaded, logger: createLogger({ level: 'silent' }) })
    this.#running.catch(() => (this.#isFailed = true))
  }

  static async begin(): Promise<FirstStart> {
    return new FirstStart(await freePort())
  }

  /** The first answer that anybody could have: it is asked for from before the server listens, without a pause. */
  async register(username: string): Promise<Json> {
    const body = JSON.stringify({ username, password: 'password', auth: { type: 'm.login.dummy' } })
    const ask = (): Promise<Response> =>
      fetch(`${this.url}/_matrix/client/v3/register`, { method: 'POST', body, headers: { connection: 'close' } })
    for (;;) {
      const response = await ask().catch(() => undefined)
      if (response !== undefined) return (await response.json()) as Json
      if (this.#isFailed) await this.#running
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      const pons = await this.#running
      await pons[Symbol.asyncDispose]()
    } finally {
      rmSync(this.#folder, { recursive: true, force: true })
    }
  }
}

describe('from the first answer of the first start of all', () => {
  const networks = ['irc', 'telegram', 'whatsapp']

  for (const username of networks.flatMap((network) => [`${network}bot`, `${network}_somebody`])) {
    it(`nobody is given the name ${username}`, async () => {
      await using start = await FirstStart.begin()
      assert.equal((await start.register(username))['errcode'], 'M_EXCLUSIVE')
    })
  }

  it('every bot hears whoever invites it, and answers', async () => {
    await using start = await FirstStart.begin()
    await start.register('early')
    await using person = await MatrixPerson.logIn({ url: start.url, name: 'early', password: 'password' })
    await Promise.all(networks.map((network) => ManagementRoom.open(person, `${network}bot`)))
  })
})
