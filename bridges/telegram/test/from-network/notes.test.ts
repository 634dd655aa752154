import assert from 'node:assert/strict'
import { plainText, type Note } from '@pons/core'
import type { TlObject } from '@pons/test/telegram'
import { phone, startAdapter } from '../support.ts'

const userOf = (user: { id: bigint }): TlObject => ({ _: 'peerUser', user_id: user.id })

describe('a message that Telegram says something about', () => {
  it('says from whom it is forwarded, whatever they call themselves, and what it answers', async () => {
    await using adapter = await startAdapter()
    const { server, host } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob\n*x*' })
    server.world.usesShortForms = false
    const friend = server.addPerson({ firstName: 'Carla', username: 'carla' })
    friend.told = { contact: true, first_name: 'The', last_name: 'plumber' }
    const news = server.addChannel('News', [bob, ada])
    await adapter.connect(ada)
    const channel = { _: 'peerChannel', channel_id: news.id }
    const forward = (about: Partial<TlObject>): TlObject => ({ _: 'messageFwdHeader', date: 1, ...about }) as TlObject
    const notesOf = async (text: string, told: TlObject | undefined, chat = ada): Promise<readonly Note[]> => {
      const author = chat === ada && told?.['saved_from_peer'] === undefined ? bob : ada
      const about = [bob, friend, news]
      server.world.post({ author, chat, text, about, ...(told !== undefined && { told: { fwd_from: told } }) })
      const event = await host.waitFor((one) => one.kind === 'message' && plainText(one.document) === text)
      assert.ok(event.kind === 'message')
      return event.document.notes ?? []
    }
    const says = async (text: string, told: TlObject): Promise<string[]> => {
      const notes = await notesOf(text, told)
      assert.ok(notes.every(({ isQuotation }) => isQuotation))
      return notes.map((note) => note.text)
    }
    assert.deepEqual(await notesOf('own words', undefined), [])
    assert.deepEqual(await says('of a person', forward({ from_id: userOf(bob) })), ['↪ Forwarded from Bob *x*'])
    assert.deepEqual(await says('of a friend', forward({ from_id: userOf(friend) })), ['↪ Forwarded from carla'])
    assert.deepEqual(await says('hidden', forward({ from_name: 'No\u202ebody' })), ['↪ Forwarded from Nobody'])
    assert.deepEqual(await says('of a channel', forward({ from_id: channel, channel_post: 1, post_author: 'Eve' })), [
      '↪ Forwarded from News (Eve)',
    ])
    assert.deepEqual(await says('of nobody', forward({})), ['↪ Forwarded'])
    assert.deepEqual(await says('imported', forward({ imported: true, from_name: 'Old friend' })), [
      '↪ Brought over from another app, said by Old friend',
    ])
    const saved = forward({ from_id: userOf(bob), saved_from_peer: channel, saved_from_msg_id: 1 })
    assert.deepEqual(await says('saved', saved), ['↪ Forwarded from Bob *x*, saved from News'])
  })

  it('is one for its caption, and for a short form', async () => {
    await using adapter = await startAdapter()
    const { server, host } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob' })
    server.world.usesShortForms = false
    await adapter.connect(ada)
    const told = { fwd_from: { _: 'messageFwdHeader', date: 1, from_name: 'Eve' } }
    const file = server.world.storeFile(Buffer.from('a picture'), 2)
    server.world.post({ author: bob, chat: ada, text: 'look', told, media: photo(file) })
    const event = await host.waitFor((one) => one.kind === 'message' && plainText(one.document) === 'look')
    assert.ok(event.kind === 'message')
    assert.equal(event.document.media?.kind, 'image')
    assert.equal(event.document.notes?.[0]?.text, '↪ Forwarded from Eve')
    server.world.usesShortForms = true
    server.world.post({ author: bob, chat: ada, text: 'short', told })
    const short = await host.waitFor((one) => one.kind === 'message' && plainText(one.document) === 'short')
    assert.equal(short.kind === 'message' && short.document.notes?.[0]?.text, '↪ Forwarded from Eve')
  })

  it('answers a story', async () => {
    await using adapter = await startAdapter()
    const { server, host } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob' })
    server.world.usesShortForms = false
    await adapter.connect(ada)
    const heard = async (text: string, whose: { id: bigint }): Promise<unknown> => {
      const told = { reply_to: { _: 'messageReplyStoryHeader', peer: userOf(whose), story_id: 7 } }
      server.world.post({ author: bob, chat: ada, text, told, about: [bob] })
      const event = await host.waitFor((one) => one.kind === 'message' && plainText(one.document) === text)
      assert.ok(event.kind === 'message')
      assert.equal(event.replyTo, undefined)
      return event.document.notes
    }
    assert.deepEqual(await heard('mine', ada), [{ text: '↩ Answers your story' }])
    assert.deepEqual(await heard('theirs', bob), [{ text: '↩ Answers a story of Bob' }])
  })
})

function photo(file: { id: bigint; accessHash: bigint; bytes: Buffer; dc: number }) {
  const size = { _: 'photoSize', type: 'y', w: 1, h: 1, size: file.bytes.length }
  const of = { id: file.id, access_hash: file.accessHash, file_reference: Buffer.from('r'), date: 1, dc_id: file.dc }
  return { tl: { _: 'messageMediaPhoto', photo: { _: 'photo', ...of, sizes: [size] } }, file }
}
