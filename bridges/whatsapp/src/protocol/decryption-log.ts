import {
  jidDecode,
  type SignalDataSet,
  type SignalKeyStoreWithTransaction,
  type SocketConfig,
  type WAMessageKey,
} from '@whiskeysockets/baileys'
import { createHash } from 'node:crypto'
import type { AuthState, KeptWrite } from './auth-state.ts'
import { DecryptionRows, type DecryptionRow, type DecryptionRowsParts } from './decryption-rows.ts'

type Repository = ReturnType<SocketConfig['makeSignalRepository']>

/** Whence a ciphertext comes. */
interface Source {
  readonly attrs: Readonly<Record<string, string>>
  /** It is all that its stanza says. */
  readonly isWhole: boolean
}

/** A stanza that was decrypted, and of which nothing says that it was dealt with. */
export interface PendingStanza {
  readonly attrs: Readonly<Record<string, string>>
  /** What its parts say, in their order, padding included. */
  readonly plains: readonly Uint8Array[]
}

export interface DecryptionLogParts extends DecryptionRowsParts {
  readonly auth: AuthState
  readonly write: (writes: readonly KeptWrite[]) => Promise<void>
  readonly now: () => number
}

/** Who hears on a connection what is decrypted there. */
export interface DecryptionListener {
  /** Resolves when there is room for more. */
  readonly room: () => Promise<void>
  readonly onDecrypted: () => void
  /**
   * How to make durable, with the writes that are given, what a stanza says; undefined where something else is to be dealt
   * with first, or it cannot be read.
   */
  readonly dealingWith: (stanza: PendingStanza) => ((writes: readonly KeptWrite[]) => Promise<void>) | undefined
}

interface StanzaSource {
  prependListener(event: string, listener: (node: StanzaNode) => void): unknown
  on(event: string, listener: (node: StanzaNode) => void): unknown
}

interface StanzaNode {
  readonly attrs: Record<string, string>
  readonly content?: unknown
}

/** A connection's keys, and who hears what they decrypt. */
interface Side {
  readonly keys: SignalKeyStoreWithTransaction
  readonly listener: DecryptionListener
}

const keptMs = 3 * 86_400_000
/** Parts of a stanza that are not encrypted, and are said with what is. */
const saysMore = new Set(['plaintext', 'unavailable', 'verified_name'])

/**
 * Decrypting moves a ratchet: the same ciphertext cannot be decrypted twice. So what it said is stored in the transaction
 * that stores the step. What the server delivers again is answered from here; what a crash, or a connection that ended,
 * kept from being dealt with is handed out at the next start, however late that is. Where nothing else waits, what a message
 * says becomes durable in that very transaction. A row goes once its stanza is dealt with and the server has confirmed our
 * receipt, for it will not come again then; at the latest after days.
 */
export class DecryptionLog {
  readonly #parts: DecryptionLogParts
  readonly #rows: DecryptionRows
  readonly #stanzas = new WeakMap<object, Source>()
  /** Hashes by message id, each with whoever chose that id. */
  readonly #hashes = new Map<string, Map<string, string | undefined>>()
  readonly #settled = new Set<string>()
  readonly #confirmed = new Set<string>()
  #position = 0

  constructor(parts: DecryptionLogParts) {
    this.#parts = parts
    this.#rows = new DecryptionRows(parts)
  }

  /** Stanzas that were decrypted and not dealt with, in order; old rows of what was dealt with are thrown away. */
  async pending(): Promise<PendingStanza[]> {
    const stanzas = new Map<string, { attrs: DecryptionRow['attrs']; plains: Uint8Array[] }>()
    const tooOld: string[] = []
    for (const { hash, row, isDone } of await this.#rows.all()) {
      if (isDone && row.position < (this.#parts.now() - keptMs) * 1000) {
        tooOld.push(this.#rows.keyOf(hash), this.#rows.doneKeyOf(hash))
        continue
      }
      this.#note(row.attrs, hash)
      this.#position = Math.max(this.#position, row.position)
      if (isDone) {
        this.#settled.add(hash)
        continue
      }
      const name = nameOf(row.attrs)
      const stanza = stanzas.get(name) ?? { attrs: row.attrs, plains: [] }
      stanza.plains.push(row.plain)
      stanzas.set(name, stanza)
    }
    if (tooOld.length > 0) await this.#parts.write(tooOld.map((key) => ({ key, value: undefined })))
    return [...stanzas.values()]
  }

  /** Watches a connection's stanzas; to be called before the first comes. */
  attach({ ws: stanzas }: { readonly ws: StanzaSource }): void {
    stanzas.prependListener('CB:message', ({ attrs, content }) => {
      const parts = Array.isArray(content) ? (content as { tag: string; content?: unknown }[]) : []
      const encrypted = parts.filter(({ tag }) => tag === 'enc')
      const isWhole =
        encrypted.length === 1 && attrs['category'] !== 'peer' && !parts.some(({ tag }) => saysMore.has(tag))
      for (const { content: bytes } of encrypted)
        if (typeof bytes === 'object' && bytes !== null) this.#stanzas.set(bytes, { attrs, isWhole })
    })
    stanzas.on('CB:ack,class:receipt', ({ attrs }) => {
      if (attrs['id'] !== undefined) this.#confirm(attrs['id'])
    })
  }

  /** Gives the library's decryption a memory. */
  remember(repository: Repository, keys: SignalKeyStoreWithTransaction, listener: DecryptionListener): Repository {
    const decryptMessage = repository.decryptMessage.bind(repository)
    const decryptGroupMessage = repository.decryptGroupMessage.bind(repository)
    const side = { keys, listener }
    return Object.assign(repository, {
      decryptMessage: async (given) =>
        await this.#once(side, given.ciphertext, async () => await decryptMessage(given)),
      decryptGroupMessage: async (given) =>
        await this.#once(side, given.msg, async () => await decryptGroupMessage(given)),
    } satisfies Partial<Repository>)
  }

  /** What becomes durable together with what a message said: that it need not be handed out again. */
  settle({ id, participant, remoteJid }: WAMessageKey): KeptWrite[] {
    const messageId = id ?? ''
    const box = boxOf(filled(participant) ?? remoteJid)
    const named = this.#hashes.get(messageId) ?? new Map<string, string | undefined>()
    const hashes = [...named.keys()].filter((hash) => named.get(hash) === box)
    // The server confirms by id alone.
    const isAll = hashes.length === named.size
    const isConfirmed = isAll && this.#confirmed.delete(messageId)
    if (isConfirmed) this.#hashes.delete(messageId)
    return hashes.map((hash) => {
      if (isConfirmed) return { key: this.#rows.keyOf(hash), value: undefined }
      this.#settled.add(hash)
      return { key: this.#rows.doneKeyOf(hash), value: true }
    })
  }

  async #once(side: Side, bytes: Uint8Array, decrypt: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const { keys, listener } = side
    await listener.room()
    const source = this.#stanzas.get(bytes)
    if (source === undefined) return await decrypt()
    const { attrs } = source
    const hash = createHash('sha256').update(bytes).digest('base64url')
    let isDone = false
    const plain = await keys.transaction(async () => {
      const kept = (await keys.get('journal' as 'session', [hash]))[hash] as unknown as DecryptionRow | undefined
      if (kept !== undefined) return kept.plain
      const decrypted = await decrypt()
      listener.onDecrypted()
      isDone = await this.#keep(side, { hash, plain: decrypted, source })
      return decrypted
    }, 'account')
    this.#note(attrs, hash)
    if (isDone) this.#settled.add(hash)
    return Buffer.from(plain)
  }

  /** Changes what the transaction stores; true where what the message says becomes durable with it. */
  async #keep(
    { keys, listener }: Side,
    { hash, plain, source: { attrs, isWhole } }: { hash: string; plain: Uint8Array; source: Source },
  ): Promise<boolean> {
    const { auth, now } = this.#parts
    const deal = isWhole ? listener.dealingWith({ attrs, plains: [plain] }) : undefined
    this.#position = Math.max(this.#position + 1, now() * 1000)
    const row: DecryptionRow = { plain, attrs, position: this.#position }
    const done = deal === undefined ? {} : { 'journal-done': { [hash]: true } }
    await keys.set({ journal: { [hash]: row }, ...done } as unknown as SignalDataSet)
    if (deal === undefined) return false
    auth.transactions.endWith(async (changes) => await deal(auth.writesOf(changes)))
    return true
  }

  #note(attrs: DecryptionRow['attrs'], hash: string): void {
    const id = attrs['id'] ?? ''
    const hashes = this.#hashes.get(id) ?? new Map<string, string | undefined>()
    hashes.set(hash, boxOf(attrs['participant'] ?? attrs['recipient'] ?? attrs['from']))
    this.#hashes.set(id, hashes)
  }

  /** The server has our receipt. */
  #confirm(messageId: string): void {
    const hashes = [...(this.#hashes.get(messageId)?.keys() ?? [])]
    if (hashes.length === 0) return
    if (!hashes.every((hash) => this.#settled.has(hash))) {
      this.#confirmed.add(messageId)
      return
    }
    this.#hashes.delete(messageId)
    for (const hash of hashes) this.#settled.delete(hash)
    const keys = hashes.flatMap((hash) => [this.#rows.keyOf(hash), this.#rows.doneKeyOf(hash)])
    // Should it fail, the rows stay a few days longer.
    this.#parts.write(keys.map((key) => ({ key, value: undefined }))).catch(() => undefined)
  }
}

/** Whose message it is, of whatever device and however addressed. */
function boxOf(jid: string | null | undefined): string | undefined {
  return jidDecode(jid ?? undefined)?.user
}

function filled(text: string | null | undefined): string | undefined {
  return text === null || text === '' ? undefined : text
}

function nameOf(attrs: DecryptionRow['attrs']): string {
  return [attrs['from'], attrs['participant'], attrs['recipient'], attrs['id']].join(' ')
}
