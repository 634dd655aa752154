import assert from 'node:assert/strict'
import type { ChatSnapshot, OpenedChat } from '@pons/core'
import type { MatrixPerson } from '@pons/test'
import { simChat } from '../../../test/src/network/sim-network.ts'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('a bridge is no way around a door', (open) => {
  /** A person with a management room of their own. */
  async function person(stage: Stage, name: string): Promise<{ person: MatrixPerson; roomId: string }> {
    const made = await stage.person(name)
    const roomId = await made.createRoom({ invite: ['@simbot:test.local'], is_direct: true })
    await answer(made, 'Hello.')
    return { person: made, roomId }
  }

  const answer = (who: MatrixPerson, part: string) =>
    who.see(
      ({ sender, content }) => sender === '@simbot:test.local' && String(content['body']).includes(part),
      `an answer with ${JSON.stringify(part)}`,
    )

  async function roomsOf(who: MatrixPerson): Promise<string[]> {
    return (await who.request('GET', '/_matrix/client/v3/joined_rooms'))['joined_rooms'] as string[]
  }

  async function membership(stage: Stage, roomId: string, userId: string): Promise<unknown> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${encodeURIComponent(userId)}`
    const headers = { authorization: `Bearer ${stage.asToken}` }
    const { body } = await stage.homeserver.dispatch({ method: 'GET', url: path, headers })
    return (body as { membership?: unknown }).membership
  }

  /** The network opens `cellar` for anybody whom the bridge asks for; it lets in those who say the word. */
  function closeCellar(stage: Stage, joinRule: ChatSnapshot['joinRule'] = 'invite'): void {
    stage.network.onOpen = (identifier): OpenedChat | undefined => {
      const [name = '', word] = identifier.split(' ')
      if (name !== 'cellar') return undefined
      return {
        chat: simChat('cellar'),
        snapshot: { kind: 'group', name: 'cellar', ...(joinRule !== undefined && { joinRule }) },
        isAdmitted: word === 'sesame',
      }
    }
  }

  async function portalOf(stage: Stage, alice: { person: MatrixPerson; roomId: string }): Promise<string> {
    await alice.person.say(alice.roomId, 'join cellar sesame')
    await answer(alice.person, 'You are in: ')
    const roomId = (await roomsOf(alice.person)).find((id) => id !== alice.roomId)
    assert.ok(roomId)
    await stage.settled()
    return roomId
  }

  it('brings in whom the network let in, and nobody who asks without that', async () => {
    await using stage = await open({ hasPuppets: true })
    closeCellar(stage)
    const portal = await portalOf(stage, await person(stage, 'alice'))
    const bob = await person(stage, 'bob')
    for (const wish of ['join cellar', 'start-chat cellar wrong', 'pm cellar', 'query cellar sesam']) {
      const before = new Set(bob.person.events)
      await bob.person.say(bob.roomId, wish)
      await bob.person.see(
        (event) => !before.has(event) && String(event.content['body']).includes('That chat is not open to everybody'),
        wish,
      )
    }
    assert.equal(await membership(stage, portal, '@bob:test.local'), undefined)
    await assert.rejects(bob.person.request('POST', `/_matrix/client/v3/join/${encodeURIComponent(portal)}`, {}))
  })

  it('brings in whom somebody invited in Matrix who has a say in the room', async () => {
    await using stage = await open({ hasPuppets: true })
    closeCellar(stage)
    const alice = await person(stage, 'alice')
    const portal = await portalOf(stage, alice)
    const bob = await person(stage, 'bob')
    const invite = async (): Promise<unknown> =>
      await alice.person.request('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(portal)}/invite`, {
        user_id: '@bob:test.local',
      })
    await assert.rejects(invite(), /403/)
    const levels = `/_matrix/client/v3/rooms/${encodeURIComponent(portal)}/state/m.room.power_levels`
    const before = await alice.person.request('GET', levels)
    const { status } = await stage.homeserver.dispatch({
      method: 'PUT',
      url: levels,
      headers: { authorization: `Bearer ${stage.asToken}` },
      body: { ...before, users: { ...(before['users'] as object), '@alice:test.local': 50 } },
    })
    assert.equal(status, 200)
    await invite()
    await bob.person.say(bob.roomId, 'join cellar')
    await answer(bob.person, 'You are in: ')
    assert.equal(await membership(stage, portal, '@bob:test.local'), 'join')
  })

  it('brings in administrators', async () => {
    await using stage = await open({ hasPuppets: true, settings: { admins: ['@bob:test.local'] } })
    closeCellar(stage)
    const bob = await person(stage, 'bob')
    await bob.person.say(bob.roomId, 'join cellar')
    await answer(bob.person, 'You are in: ')
  })

  it('lets nobody in where it is not known who may', async () => {
    await using stage = await open({ hasPuppets: true })
    closeCellar(stage, undefined)
    const bob = await person(stage, 'bob')
    await bob.person.say(bob.roomId, 'join cellar')
    await answer(bob.person, 'not open to everybody')
  })

  it('makes no room, and tells nobody of one, for an alias of a chat that is not open', async () => {
    await using stage = await open({ hasPuppets: true })
    closeCellar(stage)
    const bob = await person(stage, 'bob')
    const path = `/_matrix/client/v3/directory/room/${encodeURIComponent('#sim_cellar:test.local')}`
    await assert.rejects(bob.person.request('GET', path), /404|M_NOT_FOUND|not found/i)
  })

  it('bridges a chat that is not open into no room that is, nor for whom it is closed', async () => {
    await using stage = await open({ hasPuppets: true })
    closeCellar(stage)
    const bob = await person(stage, 'bob')
    const make = async (preset: string): Promise<string> => {
      const roomId = await bob.person.createRoom({ preset, invite: ['@simbot:test.local', '@other:test.local'] })
      await bob.person.see(
        (event) =>
          event.room_id === roomId &&
          event.state_key === '@simbot:test.local' &&
          event.content['membership'] === 'join',
      )
      return roomId
    }
    await bob.person.say(await make('private_chat'), '!sim bridge cellar')
    await answer(bob.person, 'That chat is not open to everybody. Be invited')
    await bob.person.say(await make('public_chat'), '!sim plumb cellar sesame')
    await answer(bob.person, 'Make the room invite-only first')
    await bob.person.say(await make('private_chat'), '!sim bridge cellar sesame')
    await answer(bob.person, 'bridged now')
  })

  it('brings nobody into somebody else’s room because the chat that is bridged there is open', async () => {
    await using stage = await open({ hasPuppets: true })
    const alice = await stage.person('alice')
    const roomId = await alice.createRoom({
      preset: 'private_chat',
      invite: ['@simbot:test.local', '@other:test.local'],
    })
    await alice.see(({ state_key: key, content }) => key === '@simbot:test.local' && content['membership'] === 'join')
    await alice.say(roomId, '!sim bridge orchard')
    await answer(alice, 'bridged now')
    const bob = await person(stage, 'bob')
    await bob.person.say(bob.roomId, 'join orchard')
    await answer(bob.person, 'not open to everybody')
    assert.equal(await membership(stage, roomId, '@bob:test.local'), undefined)
  })
})

onEveryEngine('parked and retry show and touch what is one’s own', (open) => {
  it('and all of it for administrators', async () => {
    await using stage = await open({ settings: { admins: ['@root:test.local'] } })
    await stage.network.say('meadow', 'bert', 'good morning')
    await stage.settled()
    const people = new Map<string, { person: MatrixPerson; management: string }>()
    for (const name of ['alice', 'bob', 'root']) {
      const made = await stage.person(name)
      const management = await made.createRoom({ invite: ['@simbot:test.local'], is_direct: true })
      await made.see(({ content }) => String(content['body']).startsWith('Hello.'))
      await made.request('POST', `/_matrix/client/v3/join/${encodeURIComponent('#sim_meadow:test.local')}`, {})
      people.set(name, { person: made, management })
    }
    const of = (name: string) => people.get(name)!
    const joined = (await of('alice').person.request('GET', '/_matrix/client/v3/joined_rooms'))['joined_rooms']
    const portal = (joined as string[]).find((id) => id !== of('alice').management) ?? ''
    stage.network.fail('refuse')
    await of('alice').person.say(portal, 'a secret of alice')
    await of('alice').person.see(({ content }) => String(content['body']).includes('the network refuses'))
    const ask = async (name: string, words: string, expected: string): Promise<void> => {
      const { person, management } = of(name)
      const before = new Set(person.events)
      await person.say(management, words)
      await person.see(
        (event) =>
          !before.has(event) && event.room_id === management && String(event.content['body']).includes(expected),
        `${name}: ${words}`,
      )
    }
    await ask('bob', 'parked', 'Nothing was given up')
    await ask('bob', 'retry', 'nothing to retry')
    await ask('alice', 'parked', 'the network refuses')
    await ask('root', 'parked', 'the network refuses')
    await of('bob').person.say(portal, '!sim retry')
    await of('bob').person.see(
      ({ room_id: room, content }) => room === portal && String(content['body']).includes('nothing to retry'),
    )
    await ask('alice', 'retry', 'Trying 1 again')
    await stage.network.arrival(({ text }) => text === 'a secret of alice')
  })

  it('ping tells of one’s own connections, and of shared ones how they are', async () => {
    await using stage = await open({ settings: { admins: ['@root:test.local'] } })
    stage.network.host.clientState({ name: 'shared', state: 'UNKNOWN_ERROR', message: 'words', detail: 'at 10.0.0.5' })
    for (const [name, hears, not] of [
      ['bob', '* shared: UNKNOWN_ERROR', 'words'],
      ['root', '* shared: UNKNOWN_ERROR – words – at 10.0.0.5', 'nothing at all'],
    ] as const) {
      const made = await stage.person(name)
      const roomId = await made.createRoom({ invite: ['@simbot:test.local'], is_direct: true })
      await made.see(({ content }) => String(content['body']).startsWith('Hello.'))
      await made.say(roomId, 'ping')
      const { content } = await made.see(({ content: said }) => String(said['body']).includes('shared'))
      assert.equal(content['body'], hears)
      assert.ok(!String(content['body']).includes(not))
    }
  })
})
