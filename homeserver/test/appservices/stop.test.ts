import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { still } from '../../../matrix/test/still-clock.ts'
import { testHomeserver, testRegistration } from '../support.ts'

describe('stopping', () => {
  let service: Server
  let requested: Promise<void>

  beforeEach(async () => {
    let sawRequest: (() => void) | undefined
    requested = new Promise((resolve) => (sawRequest = resolve))
    // Takes each request, and never answers.
    service = createServer(() => sawRequest?.()).listen(0, '127.0.0.1')
    await once(service, 'listening')
  })
  afterEach(async () => {
    service.close()
    service.closeAllConnections()
    await once(service, 'close')
  })

  const registration = () => {
    const { port } = service.address() as AddressInfo
    return testRegistration('irc', { url: `http://127.0.0.1:${port}` })
  }

  it('gives up a push that the application service does not answer', async () => {
    const server = await testHomeserver({}, { clock: still, registrations: [registration()] })
    await server.as(registration()).createRoom()
    await requested
    await server[Symbol.asyncDispose]()
    await assert.rejects(() => server.homeserver.services.database.get('select 1 as one'), /not open|closed/)
  })

  it('does not wait for a retry', async () => {
    const at = registration()
    service.close()
    service.closeAllConnections()
    await once(service, 'close')
    const server = await testHomeserver({}, { clock: still, registrations: [at] })
    await server.as(at).createRoom()
    const { appservices } = server.homeserver
    while ((await appservices.status())[0]?.retryAtTs === undefined) await new Promise((next) => setImmediate(next))
    await server[Symbol.asyncDispose]()
    service = createServer().listen(0, '127.0.0.1')
    await once(service, 'listening')
  })

  it('ends while a question to the application service is open', async () => {
    const server = await testHomeserver({}, { clock: still, registrations: [registration()] })
    const alice = await server.register('alice')
    const asking = alice.request('GET', 'directory/room/%23irc_room%3Aexample.org')
    await requested
    await server[Symbol.asyncDispose]()
    await asking
  })
})
