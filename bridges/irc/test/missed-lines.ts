import type { HistoryServer } from '../../../test/src/irc/history-server.ts'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { Adapter, alice, chat } from './support.ts'

export function numbered(words: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${words} ${number}`)
}

export function byAnn(texts: readonly string[]): string[] {
  return texts.map((text) => `Ann: ${text}`)
}

/** Long enough ago that the whole gap lies in the past; a whole second, as of some servers' times. */
export function tenMinutesAgo(): number {
  return Math.floor(Date.now() / 1000) * 1000 - 600_000
}

/** A bridge that was last in the channel at that time. */
export function hostSeenAt(atMs: number): RecordingHost {
  const host = new RecordingHost()
  host.values.set('seen/net/#chan', { atMs })
  return host
}

/** Resolves when what was held back for the history is stored, too. */
export async function caughtUp(server: HistoryServer, { relay, host }: Adapter): Promise<void> {
  await relay.chatSnapshot(chat)
  server.say('Ann', '#chan', 'now')
  await host.until(() => host.messages(chat.chat).includes('Ann: now'))
}

/** What a bridge leaves behind on which Alice has heard one private line of Ann's, and which has been away since then. */
export async function hostThatHeardAnn(server: HistoryServer, awaySinceMs: number): Promise<RecordingHost> {
  const host = new RecordingHost()
  const adapter = await Adapter.start({ port: server.port, host })
  const login = await adapter.login(alice, 'alice')
  await host.waitForState('CONNECTED')
  server.say('Ann', 'alice', 'heard')
  await host.until(() => host.messages('net/ann').length === 1)
  await login.disconnect()
  await adapter.connector.stop()
  const left = RecordingHost.after(host)
  left.values.set(`seen/net/private net/${alice}`, { atMs: awaySinceMs })
  return left
}
