import assert from 'node:assert/strict'
import { remoteChatId } from '@pons/core'
import { RudeServer } from '../../../test/src/irc/rude-server.ts'
import { Adapter, chat } from './support.ts'

describe('a channel that is renamed', () => {
  it('goes on as the same chat under its new name, without being joined anew', async () => {
    await using server = await RudeServer.start(undefined, 'draft/channel-rename message-tags server-time')
    await using adapter = await Adapter.start({ port: server.port })
    await adapter.joined()
    const connection = await server.connection(0)
    const waiting = await adapter.relay.handlers.message(adapter.intent('prepared before'))
    const from = adapter.host.events.length
    connection.send(':Ann!a@b RENAME #chan #Garden :it grew')
    connection.send('@msgid=1 :Ann!a@b PRIVMSG #Garden :welcome')
    await adapter.host.waitFor(({ kind }) => kind === 'message', from)
    const [renamed, said] = adapter.host.events.slice(from)
    const garden = { chat: remoteChatId('net/#garden') }
    assert.ok(renamed?.kind === 'chat-info')
    assert.deepEqual([renamed.chat, renamed.formerChat, renamed.changes], [garden, chat, { name: '#Garden' }])
    assert.ok(said?.kind === 'message' && said.createPortal?.members === undefined)
    assert.deepEqual(said.chat, garden)
    for (const action of waiting) await adapter.transmit(adapter.relay, action, garden)
    const last = connection.lines.filter(({ command }) => command === 'PRIVMSG').at(-1)
    assert.deepEqual(last?.params, ['#garden', '<Alice> prepared before'])
    assert.equal(connection.lines.filter(({ command }) => command === 'JOIN').length, 1)
    connection.send(':Ann!a@b RENAME #Garden #chan')
    connection.send('@msgid=2 :Ann!a@b PRIVMSG #chan :and back')
    await adapter.host.until(() => adapter.host.messages(chat.chat).includes('Ann: and back'))
    await adapter.say(adapter.relay, 'here again')
    assert.deepEqual(connection.lines.at(-2)?.params ?? [], ['#chan', '<Alice> here again'])
  })
})
