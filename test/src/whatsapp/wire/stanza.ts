import type { BinaryNode } from '@whiskeysockets/baileys'

export type Stanza = BinaryNode

/** The server’s own address: a JID without a user. */
export const serverJid = '@s.whatsapp.net'

/** Attributes that are undefined are left out: the codec would count them without writing them. */
export function stanza(
  tag: string,
  attrs: Readonly<Record<string, string | undefined>> = {},
  content?: Stanza['content'],
): Stanza {
  const given = Object.entries(attrs).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return content === undefined
    ? { tag, attrs: Object.fromEntries(given) }
    : { tag, attrs: Object.fromEntries(given), content }
}

export function childrenOf(parent: Stanza | undefined, tag?: string): Stanza[] {
  if (!Array.isArray(parent?.content)) return []
  return tag === undefined ? parent.content : parent.content.filter((child) => child.tag === tag)
}

export function childOf(parent: Stanza | undefined, tag: string): Stanza | undefined {
  return childrenOf(parent, tag)[0]
}

/** The bytes in a node; empty if it has none. */
export function bytesIn(node: Stanza | undefined): Buffer {
  const content = node?.content
  if (typeof content === 'string') return Buffer.from(content)
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.alloc(0)
}

export function bytesOf(parent: Stanza | undefined, tag: string): Buffer {
  return bytesIn(childOf(parent, tag))
}

export function uint(value: number, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes)
  bytes.writeUIntBE(value, 0, sizeBytes)
  return bytes
}

export function readUint(bytes: Uint8Array): number {
  return bytes.length === 0 ? 0 : Buffer.from(bytes).readUIntBE(0, bytes.length)
}
