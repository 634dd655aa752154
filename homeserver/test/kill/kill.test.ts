import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deaths } from './deaths.ts'

const TOKEN = 'as-irc-token-that-is-long-enough'
const SENDERS = 8
const MESSAGES = 120

/** Takes transactions over HTTP, and keeps the bytes of each. */
class Service implements AsyncDisposable {
  readonly bodies = new Map<string, string>()
  readonly unequal: string[] = []
  readonly eventIds: string[] = []
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        this.#take(request.url ?? '', Buffer.concat(chunks).toString())
        response.end('{}')
      })
    })
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #take(url: string, body: string): void {
    const id = url.split('/transactions/')[1]
    if (id === undefined) return
    const before = this.bodies.get(id)
    if (before !== undefined) {
      if (before !== body) this.unequal.push(id)
      return
    }
    this.bodies.set(id, body)
    const { events } = JSON.parse(body) as { events: { type: string; event_id: string }[] }
    for (const event of events) if (event.type === 'm.room.message') this.eventIds.push(event.event_id)
  }
}

class Victim {
  readonly #database: string
  readonly #serviceUrl: string
  #process: ChildProcess | undefined
  url = ''

  constructor(database: string, serviceUrl: string) {
    this.#database = database
    this.#serviceUrl = serviceUrl
  }

  async start(...death: string[]): Promise<void> {
    const child = fork(new URL('./victim.ts', import.meta.url), [this.#database, '0', this.#serviceUrl, ...death], {
      execArgv: ['--conditions=pons:source'],
    })
    this.#process = child
    const [message] = (await once(child, 'message')) as [{ url: string }]
    this.url = message.url
  }

  get isDead(): boolean {
    return this.#process?.signalCode !== null || this.#process.exitCode !== null
  }

  async kill(): Promise<void> {
    if (!this.#process || this.isDead) return
    this.#process.kill('SIGKILL')
    await once(this.#process, 'exit')
  }

  async died(): Promise<void> {
    if (this.#process && !this.isDead) await once(this.#process, 'exit')
  }

  async call(method: string, path: string, body: unknown = {}): Promise<Record<string, string>> {
    const answer = await fetch(`${this.url}/_matrix/client/v3/${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(body),
    })
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, string>
  }
}

describe('a homeserver that is killed', function () {
  for (const { name, step, times } of deaths) {
    it(`${name} loses nothing that it acknowledged, and repeats byte for byte`, () => survive([step, String(times)]))
  }

  it('at any moment loses nothing that it acknowledged', () => survive([]))

  async function survive(death: string[]): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'pons-kill-'))
    try {
      await using service = new Service()
      const victim = new Victim(join(folder, 'hs.db'), await service.listen())
      await victim.start()
      const { room_id: roomId = '' } = await victim.call('POST', 'createRoom', { preset: 'public_chat' })
      await victim.kill()
      await victim.start(...death)
      const acknowledged = new Map<number, string>()
      let hasDied = false
      const send = async (index: number): Promise<void> => {
        const path = `rooms/${encodeURIComponent(roomId)}/send/m.room.message/t${index}`
        const { event_id: eventId = '' } = await victim.call('PUT', path, { msgtype: 'm.text', body: `m${index}` })
        const before = acknowledged.get(index)
        if (before !== undefined) assert.equal(eventId, before)
        acknowledged.set(index, eventId)
        if (death.length > 0 || hasDied || acknowledged.size < MESSAGES / 2) return
        hasDied = true
        await victim.kill()
      }
      await run(send)
      if (death.length > 0) await victim.died()
      assert.ok(victim.isDead, 'the step never came')
      const beforeRestart = new Map(acknowledged)
      await victim.start()
      // What was acknowledged is asked again too: it must be known by its transaction id.
      await run(send)
      for (const [index, eventId] of beforeRestart) assert.equal(acknowledged.get(index), eventId)
      assert.equal(acknowledged.size, MESSAGES)
      const ids = new Set(acknowledged.values())
      while (service.eventIds.length < ids.size) await new Promise((resolve) => setImmediate(resolve))
      assert.deepEqual(new Set(service.eventIds), ids)
      assert.equal(service.eventIds.length, ids.size, 'an event came in two different transactions')
      assert.deepEqual(service.unequal, [])
      await victim.kill()
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  /** Several senders at once; each stops at its first failure, as the server is dead then. */
  async function run(send: (index: number) => Promise<void>): Promise<void> {
    let next = 0
    const sender = async (): Promise<void> => {
      while (next < MESSAGES) await send(next++)
    }
    const results = await Promise.allSettled(Array.from({ length: SENDERS }, sender))
    for (const result of results) {
      if (result.status === 'rejected' && !(result.reason instanceof TypeError)) throw result.reason
    }
  }
})
