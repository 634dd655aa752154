import type { WASocket } from '@whiskeysockets/baileys'
import type { KeyTransactions } from './key-transactions.ts'

interface Wire {
  send(data: Uint8Array, done: (error?: Error) => void): void
}

/**
 * Nothing leaves before the keys that it uses up are stored as used up. The library stores them afterwards; a crash in
 * between would use the same keys once more, for something else. Frames keep their order, since each is encrypted for its
 * place; so where one cannot go, none behind it can, and the connection ends.
 */
export function storeBeforeSending(
  { ws, end }: Pick<WASocket, 'ws' | 'end'>,
  keys: KeyTransactions,
  onSent: () => void,
): void {
  const { socket: wire } = ws as unknown as { socket: Wire }
  const send = wire.send.bind(wire)
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0
  wire.send = (data, done) => {
    const isPart = !keys.isStored
    if (!isPart && waiting === 0) return send(data, done)
    waiting++
    const sent = Promise.all([turn, keys.store()]).then(() => {
      waiting--
      send(data, done)
      if (isPart) onSent()
    })
    turn = sent
    sent.catch((error: unknown) => {
      const failure = error instanceof Error ? error : new Error(String(error))
      done(failure)
      void end(failure)
    })
  }
}
