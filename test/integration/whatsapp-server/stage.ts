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

/** The stage of a suite; after every test nothing is held against the client. */
export function useStage(): () => Stage {
  const current = useWrongdoersStage()
  afterEach(() => {
    const { server } = current()
    assert.deepEqual(server.takeViolations(), [])
    assert.equal(server.undecryptable, 0)
  })
  return current
}

/** The stage of a suite whose clients do what none may do. */
export function useWrongdoersStage(): () => Stage {
  let stage: Stage | undefined
  before(async () => {
    const server = await startWhatsAppServer()
    const owner = server.addPerson({ name: 'Owner', phone: '15550000001' })
    const friend = server.addPerson({ name: 'Friend', phone: '15550000002' })
    const third = server.addPerson({ name: 'Third', phone: '15550000003' })
    const group = server.addGroup('The group', [owner, friend, third])
    const client = await LinkedClient.linkedTo(server, owner)
    stage = { server, owner, friend, third, group, client }
  })
  after(async () => {
    await stage?.client[Symbol.asyncDispose]()
    await stage?.server[Symbol.asyncDispose]()
  })
  return () => {
    if (stage === undefined) throw new Error('the stage is used outside a test')
    return stage
  }
}

export async function delivered({ server, owner }: Stage): Promise<void> {
  await server.until(() => server.isDelivered(owner) || undefined, 'all confirmed')
}
