import assert from 'node:assert/strict'
import { remoteUserId, type ChatKey, type ChatSnapshot, type RemoteEvent } from '@pons/core'
import type { Group, Person } from '@pons/test/whatsapp'
import type { BinaryNode, GroupMetadata } from '@whiskeysockets/baileys'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { accountStore } from '../src/account-store.ts'
import { Groups } from '../src/groups.ts'
import { chatKeyOf, loginIdOf, type Jid } from '../src/ids.ts'
import { People } from '../src/people.ts'
import { startAdapter } from './support.ts'

const friend = '90000000000002@lid'
const jid: Jid = '120363000000000001@g.us'

/** What WhatsApp leaves out is as it was; what it says is gone is gone. */
describe('what WhatsApp leaves out', function () {
  async function stage() {
    const adapter = await startAdapter()
    const { server } = adapter
    const ada = server.addPerson({ name: 'Ada', phone: '15550000001' })
    const bob = server.addPerson({ name: 'Bob', phone: '15550000002' })
    const group = server.addGroup('Friends', [ada, bob])
    group.description = 'what it is about'
    await server.world.say(bob, ada, 'from before')
    await server.world.say(bob, group, 'from before, to all')
    const client = await adapter.connect(ada)
    const self = { phone: ada.pn as Jid, lid: ada.lid as Jid }
    const keyOf = (chat: Person | Group): ChatKey =>
      chatKeyOf((chat.kind === 'group' ? chat.jid : chat.lid) as Jid, loginIdOf(self))
    adapter.host.rooms.push(keyOf(bob), keyOf(group))
    await adapter.host.waitFor((event) => event.kind === 'snapshot' && event.chat.chat === group.jid)
    const told = async (chat: Person | Group, change: () => Promise<void>): Promise<ChatSnapshot> => {
      const from = adapter.host.events.length
      await change()
      const isIt = (event: RemoteEvent): boolean => event.kind === 'snapshot' && event.chat.chat === keyOf(chat).chat
      const event = await adapter.host.waitFor(isIt, from)
      assert.ok(event.kind === 'snapshot')
      return event.snapshot
    }
    return {
      adapter,
      server,
      bob,
      group,
      client,
      keyOf,
      told,
      [Symbol.asyncDispose]: () => adapter[Symbol.asyncDispose](),
    }
  }

  const pictureOf = ({ avatar, members = [] }: ChatSnapshot) =>
    avatar === undefined ? members[0]?.user.avatar : avatar

  for (const kind of ['bob', 'group'] as const) {
    it(`is not what was taken away: the picture of a ${kind === 'bob' ? 'person' : 'group'}`, async () => {
      await using scene = await stage()
      const { server, told } = scene
      const chat = scene[kind]
      const set = await told(chat, async () => await server.world.setPicture(chat, Buffer.from('a face')))
      assert.equal(typeof pictureOf(set)?.id, 'string')
      const gone = await told(chat, async () => await server.world.setPicture(chat, undefined))
      assert.equal(pictureOf(gone), null)
    })

    for (const code of [401, 403, 500]) {
      it(`is as it was: the picture of a ${kind === 'bob' ? 'person' : 'group'} that is refused with ${code}`, async () => {
        await using scene = await stage()
        const { server, told } = scene
        const chat = scene[kind]
        server.faults.refuse('w:profile:picture get picture', code)
        const set = await told(chat, async () => await server.world.setPicture(chat, Buffer.from('a face')))
        assert.equal(pictureOf(set), undefined)
      })
    }
  }

  it('is as it was: a picture of which the answer says nothing', async () => {
    await using scene = await stage()
    const { server, client, bob } = scene
    await server.world.setPicture(bob, Buffer.from('a face'))
    server.faults.onAnswer('w:profile:picture get picture', () => [])
    assert.equal((await client.userInfo(remoteUserId(bob.lid))).avatar, undefined)
  })

  const without = (group: BinaryNode, ...tags: readonly string[]): BinaryNode => ({
    ...group,
    attrs: Object.fromEntries(Object.entries(group.attrs).filter(([name]) => !tags.includes(name))),
    content: Array.isArray(group.content) ? group.content.filter(({ tag }) => !tags.includes(tag)) : [],
  })

  for (const left of [['participant', 'size'], ['participant']]) {
    it(`is nobody’s place: of an answer without ${left.join(' and ')}, in which nothing else is missed either`, async () => {
      await using scene = await stage()
      const { server, client, group, keyOf } = scene
      const before = await client.chatSnapshot(keyOf(group))
      assert.deepEqual([before.members?.length, before.membersComplete, before.topic], [2, true, 'what it is about'])
      server.faults.onAnswer('w:g2 get query', (answer) => answer.map((node) => without(node, ...left, 'description')))
      const after = await client.chatSnapshot(keyOf(group))
      assert.equal(after.membersComplete, false)
      assert.deepEqual([after.name, after.topic, after.sendLevel], [before.name, before.topic, before.sendLevel])
      // Names are learnt by and by, from elsewhere.
      const places = ({ members = [] }: ChatSnapshot): unknown[] =>
        members.map(({ user, powerLevel }) => [user.id, powerLevel])
      assert.deepEqual(places(after), places(before))
    })
  }

  it('is not what was taken away: the description of a group that is asked for', async () => {
    await using scene = await stage()
    const { client, group, keyOf } = scene
    assert.equal((await client.chatSnapshot(keyOf(group))).topic, 'what it is about')
    group.description = ''
    assert.equal((await client.chatSnapshot(keyOf(group))).topic, '')
  })

  describe('of a group that is told of', () => {
    async function groups() {
      const host = new RecordingHost()
      const login = loginIdOf({ phone: '15550000001@s.whatsapp.net' as Jid, lid: '90000000000001@lid' as Jid })
      const store = accountStore(host.store, login)
      const people = await People.load(store, login, {
        phone: '15550000001@s.whatsapp.net' as Jid,
        lid: '90000000000001@lid' as Jid,
      })
      return await Groups.load(store, people)
    }
    const whole: GroupMetadata = {
      id: jid,
      owner: undefined,
      subject: 'The group',
      desc: 'what it is about',
      announce: true,
      restrict: true,
      size: 2,
      participants: [
        { id: '90000000000001@lid', admin: null },
        { id: friend, admin: 'admin' },
      ],
    }
    const shown = ({ name, topic, sendLevel, topicLevel, members }: ChatSnapshot) => ({
      name,
      topic,
      sendLevel,
      topicLevel,
      levels: members?.map(({ powerLevel }) => powerLevel),
    })

    for (const field of ['subject', 'desc', 'announce', 'restrict', 'participants'] as const) {
      it(`is as it was: ${field}`, async () => {
        const known = await groups()
        const { [field]: _left, ...rest } = whole
        known.learn(rest as GroupMetadata)
        const first = known.known(jid)
        const names = { subject: 'name', desc: 'topic', announce: 'sendLevel', restrict: 'topicLevel' } as const
        assert.equal(first?.[field === 'participants' ? 'members' : names[field]], undefined)
        known.learn(whole)
        const before = known.known(jid)
        assert.ok(before)
        assert.equal(before.membersComplete, true)
        known.learn(rest as GroupMetadata)
        const after = known.known(jid)
        assert.ok(after)
        assert.deepEqual(shown(after), shown(before))
        assert.equal(after.membersComplete, field !== 'participants')
      })
    }

    for (const size of [undefined, 0, 5]) {
      it(`is nobody’s place: where ${size ?? 'no'} members are counted and none is named`, async () => {
        const known = await groups()
        const { size: _size, ...uncounted } = whole
        const counted = { ...uncounted, participants: [], ...(size !== undefined && { size }) }
        known.learn(counted)
        assert.deepEqual([known.known(jid)?.members, known.known(jid)?.membersComplete], [undefined, false])
        assert.equal(known.metadata(jid), undefined, 'whom to encrypt for is asked')
        known.learn(whole)
        known.learn(counted)
        assert.deepEqual([known.known(jid)?.members?.length, known.known(jid)?.membersComplete], [2, false])
        known.learn({ ...whole, size: 3 })
        assert.deepEqual([known.known(jid)?.members?.length, known.known(jid)?.membersComplete], [2, false])
        known.learn(whole)
        assert.equal(known.known(jid)?.membersComplete, true)
        assert.ok(known.metadata(jid))
      })
    }
  })
})
