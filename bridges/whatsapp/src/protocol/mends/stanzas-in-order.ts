import type { EventEmitter } from 'node:events'
import type { WASocket } from '@whiskeysockets/baileys'

interface Stanza {
  readonly attrs: Record<string, string>
}

type Handle = (stanza: Stanza) => Promise<void> | void

/**
 * The library queues what had waited for us, and deals at once with what comes while it works through that, which overtakes what
 * waits. So messages, and what happens to groups, are handed to it one after another, each when it is done with the one before,
 * and none as one that had waited. To be called before the first comes.
 */
export function keepStanzasInOrder({ ws }: Pick<WASocket, 'ws'>): void {
  const source = ws as unknown as EventEmitter
  let turn: Promise<void> = Promise.resolve()
  for (const name of ['CB:message', 'CB:notification']) {
    const handlers = source.listeners(name) as Handle[]
    source.removeAllListeners(name)
    source.on(name, (stanza: Stanza) => {
      const { attrs } = stanza
      const isInOrder = name === 'CB:message' || attrs['type'] === 'w:gp2'
      if (isInOrder) delete attrs['offline']
      const before = isInOrder ? turn : Promise.resolve()
      const done = before.then(async () => {
        // The library takes its listeners away when the connection is over.
        if (source.listenerCount(name) > 0) for (const handle of handlers) await handle(stanza)
      })
      // The library says itself what went wrong.
      const settled = done.catch(() => undefined)
      if (isInOrder) turn = settled
    })
  }
}
