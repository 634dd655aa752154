import assert from 'node:assert/strict'
import type {
  ClientHandlers,
  MatrixIntent,
  NetworkClient,
  RemoteEvent,
  RemoteMessageId,
  TargetMessage,
} from '@pons/core'
import { setScriptedScene, type ScriptedScene } from './scene.ts'
import { alice, chat } from './support.ts'
import { targetMessage } from './target-message.ts'

const tags = 'message-tags server-time'
const all = `${tags} draft/message-redaction`

interface Scene extends ScriptedScene {
  readonly login: NetworkClient
}

async function setScene(capabilities: string, isupport = ''): Promise<Scene> {
  const scene = await setScriptedScene(({ command }, connection) => {
    if (command === 'JOIN') connection.send(`:rude 005 relay STATUSMSG=@+ ${isupport} :are supported`)
    return false
  }, capabilities)
  const login = await scene.adapter.login(alice, 'alice')
  await scene.adapter.say(login, 'in', { viaRelay: false })
  return { ...scene, login }
}

interface Asked {
  readonly kind: MatrixIntent['kind']
  readonly target?: TargetMessage
  readonly replyTo?: TargetMessage
  readonly key?: string
  readonly reason?: string
}

const target = (...remoteIds: readonly string[]): TargetMessage =>
  targetMessage({ remoteIds: remoteIds as readonly RemoteMessageId[] })

/** The lines that an intent becomes on the wire, in words where it is said in words. */
async function written({ server, adapter }: Scene, client: NetworkClient, intent: Asked): Promise<string[]> {
  const connection = server.connections[client === adapter.relay ? 0 : 1]
  const from = connection?.lines.length ?? 0
  const handler = handlerOf(client.handlers, intent.kind)
  const full = { ...adapter.intent('words', { viaRelay: client === adapter.relay }), ...intent }
  for (const action of (await handler?.(full as never)) ?? []) await adapter.transmit(client, action)
  return (connection?.lines.slice(from) ?? []).filter(({ command }) => command !== 'PING').map(({ raw }) => raw)
}

function handlerOf(handlers: ClientHandlers, kind: MatrixIntent['kind']) {
  const name = kind === 'reaction-removal' ? 'reactionRemoval' : (kind as 'message' | 'redaction' | 'reaction')
  return handlers[name] as ClientHandlers['message'] | undefined
}

describe('IRC messages by their ids', () => {
  it('are taken back line by line, with the reason, and a refusal is told', async () => {
    await using scene = await setScene(all)
    const redaction = { kind: 'redaction', target: target('id:a', 'id:b') } as const
    assert.deepEqual(await written(scene, scene.login, redaction), ['REDACT #chan a', 'REDACT #chan b'])
    assert.deepEqual(await written(scene, scene.adapter.relay, { ...redaction, reason: 'a slip' }), [
      'REDACT #chan a :a slip',
      'REDACT #chan b :a slip',
    ])
    scene.server.onLine = ({ command }, { send }) => {
      if (command === 'REDACT') send(':rude FAIL REDACT REDACT_FORBIDDEN #chan a :You are not authorized')
      return command === 'REDACT'
    }
    await assert.rejects(written(scene, scene.login, redaction), /the network refused \(“You are not authorized”\)/)
  })

  it('are answered by a tag on the first line, beside the name', async () => {
    await using scene = await setScene(tags)
    const lines = await written(scene, scene.login, { kind: 'message', replyTo: target('id:a', 'id:b') })
    assert.deepEqual(lines, ['@+draft/reply=a PRIVMSG #chan :alice: words'])
  })

  it('are reacted to under a nick of one’s own, which is taken back; through the relay it is said', async () => {
    await using scene = await setScene(tags)
    const reaction = { target: target('id:a'), key: '👍' }
    assert.deepEqual(await written(scene, scene.login, { kind: 'reaction', ...reaction }), [
      '@+draft/react=👍;+draft/reply=a TAGMSG #chan :',
    ])
    assert.deepEqual(await written(scene, scene.login, { kind: 'reaction-removal', ...reaction }), [
      '@+draft/unreact=👍;+draft/reply=a TAGMSG #chan :',
    ])
    const [said = ''] = await written(scene, scene.adapter.relay, { kind: 'reaction', ...reaction })
    assert.match(said, /^PRIVMSG #chan :\* Alice reacts with 👍 to alice/)
    assert.equal(scene.adapter.relay.handlers.reactionRemoval, undefined)
  })

  for (const [name, capabilities, isupport, remoteIds] of [
    ['the server has no such thing', 'server-time', '', ['id:a']],
    ['the server takes the tags away', tags, 'CLIENTTAGDENY=*', ['id:a']],
    ['the server gave the message no id', tags, '', ['line:1.1.1']],
    ['one line of it has none', all, '', ['line:1.1.1', 'id:a']],
  ] as const) {
    it(`are taken back and reacted to in words where ${name}`, async () => {
      await using scene = await setScene(capabilities, isupport)
      const [deleted = ''] = await written(scene, scene.login, { kind: 'redaction', target: target(...remoteIds) })
      assert.equal(deleted, 'PRIVMSG #chan :\x01ACTION deleted a message\x01')
      if (capabilities === all) return
      const [reacts = ''] = await written(scene, scene.login, {
        kind: 'reaction',
        target: target(...remoteIds),
        key: '👍',
      })
      assert.ok(reacts.startsWith('PRIVMSG #chan :\x01ACTION reacts with 👍 to alice'))
      const [reply = ''] = await written(scene, scene.login, { kind: 'message', replyTo: target(...remoteIds) })
      assert.equal(reply, 'PRIVMSG #chan :alice: words')
    })
  }

  it('come with their replies, reactions and redactions, once though two connections see them', async () => {
    await using scene = await setScene(all)
    const { adapter, server } = scene
    const from = adapter.host.events.length
    for (const { send } of server.connections) {
      send('@msgid=a :Ann!a@b PRIVMSG #chan :one')
      send('@msgid=b;+draft/reply=a :Ben!a@b PRIVMSG #chan :two')
      send('@msgid=c;+draft/reply=a;+draft/react=👍 :Ben!a@b TAGMSG #chan')
      send('@msgid=d;+reply=a;+draft/unreact=👍 :Ben!a@b TAGMSG #chan')
      send('@msgid=e;+typing=active :Ben!a@b TAGMSG #chan')
      send(':Ann!a@b REDACT #chan a :a slip')
      send(':relay!bridge@host REDACT #chan a')
      send('@msgid=f :Ann!a@b PRIVMSG #chan :last')
    }
    await adapter.host.waitFor(({ id }) => id === 'id:f', from)
    const told = adapter.host.events.slice(from).filter(({ kind }) => /message|reaction|redaction/.test(kind))
    assert.deepEqual(told.map(essence), [
      ['message', 'net/ann', undefined, undefined],
      ['message', 'net/ben', 'id:a', undefined],
      ['reaction', 'net/ben', 'id:a', '👍'],
      ['reaction-removal', 'net/ben', 'id:a', '👍'],
      ['redaction', 'net/ann', 'id:a', 'a slip'],
      ['message', 'net/ann', undefined, undefined],
    ])
  })
})

function essence(event: RemoteEvent): unknown[] {
  if (event.kind === 'message') return [event.kind, event.sender.id, event.replyTo, undefined]
  if (event.kind === 'redaction') return [event.kind, event.sender.id, event.target, event.reason]
  if (event.kind === 'reaction' || event.kind === 'reaction-removal')
    return [event.kind, event.sender.id, event.target, event.key]
  return [event.kind, event.chat.chat === chat.chat]
}
