import type { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { serverJid } from '../../src/whatsapp/wire/stanza.ts'
import type { LinkedClient } from './linked-client.ts'

/** Comes back when the server has dealt with all that was sent before. */
export async function ping({ socket }: LinkedClient): Promise<BinaryNode> {
  const attrs = { to: serverJid, type: 'get', xmlns: 'w:p' }
  return await socket.query({ tag: 'iq', attrs, content: [{ tag: 'ping', attrs: {} }] })
}

/**
 * What goes wrong when the client reads a frame, from now on. By itself it lets that pass unhandled, which would end the
 * process.
 */
export function readByItself({ socket }: LinkedClient): unknown[] {
  const errors: unknown[] = []
  const source = socket.ws as unknown as EventEmitter
  const receivers = source.listeners('message') as ((data: unknown) => Promise<void>)[]
  source.removeAllListeners('message')
  for (const receive of receivers)
    source.on('message', (data: unknown) => void receive(data).catch((error: unknown) => errors.push(error)))
  return errors
}

/** Of messages, whether the client can read them or not. */
export function idsComingTo({ socket }: LinkedClient): string[] {
  const ids: string[] = []
  socket.ws.on('CB:message', ({ attrs }: BinaryNode) => ids.push(attrs['id'] ?? ''))
  return ids
}
