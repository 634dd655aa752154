import assert from 'node:assert/strict'
import { startWhatsAppServer, type Group, type Person, type WhatsAppServer } from '../../src/whatsapp/index.ts'
import { LinkedClient } from './linked-client.ts'

/** A server with an owner whose client is linked, a friend, a third person, and a group of the three. */
export interface Stage {
  readonly server: WhatsAppServer
  readonly owner: Person
  readonly friend: Person
  readonly third: Person
  readonly group: Group
  client: LinkedClient
}

/** The stage of a test file, made anew for each of its suites; after every test nothing is held against the client. */
export function useStage(): () => Stage {
  let stage: Stage | undefined
  const current = (): Stage => {
    if (stage === undefined) throw new Error('the stage is used outside a test')
    return stage
  }
  before(async () => {
    const server = await startWhatsAppServer()
    const owner = server.addPerson({ name: 'Owner', phone: '15550000001' })
    const friend = server.addPerson({ name: 'Friend', phone: '15550000002' })
    const third = server.addPerson({ name: 'Third', phone: '15550000003' })
    const group = server.addGroup('The group', [owner, friend, third])
    const client = await LinkedClient.linkedTo(server, owner)
    stage = { server, owner, friend, third, group, client }
  })
  afterEach(() => {
    const { server } = current()
    assert.deepEqual(server.violations, [])
    assert.equal(server.undecryptable, 0)
  })
  after(async () => {
    await stage?.client[Symbol.asyncDispose]()
    await stage?.server[Symbol.asyncDispose]()
  })
  return current
}
