import assert from 'node:assert/strict'
import type { MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('logins are bounded', (open) => {
  const heard = (alice: MatrixPerson, part: string) =>
    alice.see(({ content }) => String(content['body']).includes(part), `words with ${part}`)

  async function start(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    const roomId = await alice.createRoom({ invite: ['@simbot:test.local'], is_direct: true })
    await heard(alice, 'Hello.')
    return { alice, roomId }
  }

  it('one person has so many, and no more', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, roomId } = await start(stage)
    for (let count = 0; count <= 20; count++) {
      for (const said of ['login', `ally${count}`, 'secret']) await alice.say(roomId, said)
      await heard(alice, count < 20 ? `Logged in as ally${count}.` : 'You have 20 logins; more are not allowed.')
    }
    await alice.say(roomId, 'logout ally3')
    await heard(alice, 'Logged out ally3')
    for (const said of ['login', 'another', 'secret']) await alice.say(roomId, said)
    await heard(alice, 'Logged in as another.')
  })

  it('one that is somebody else’s is refused in words', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, roomId } = await start(stage)
    for (const said of ['login', 'ally', 'secret']) await alice.say(roomId, said)
    await heard(alice, 'Logged in as ally.')
    const bob = await stage.person('bob')
    const own = await bob.createRoom({ invite: ['@simbot:test.local'], is_direct: true })
    await heard(bob, 'Hello.')
    for (const said of ['login', 'ally', 'secret']) await bob.say(own, said)
    await heard(bob, 'ally is logged in here already, by somebody else.')
  })

  it('one that nobody goes on with is given up, and its answers are no answers then', async () => {
    await using stage = await open({ hasPuppets: true })
    const { alice, roomId } = await start(stage)
    await alice.say(roomId, 'login')
    await heard(alice, 'Name?')
    await stage.clock.fireAfter(1_800_000)
    await heard(alice, 'The login was given up. Say `login` to begin again.')
    await alice.say(roomId, 'ally')
    await heard(alice, 'I do not know `ally`')
    assert.deepEqual(stage.bridge().connections(), [])
  })
})
