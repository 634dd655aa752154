import type { RoomId, UserId } from '@pons/matrix'
import type { Block, Inline, MessageDocument } from '../../document/document.ts'
import { plainText } from '../../document/plain-text.ts'
import type { Ghosts } from '../../ghost/ghosts.ts'
import type { Logins } from '../../login/logins.ts'
import type { Relays } from '../../login/relays.ts'
import type { ChatKey } from '../../network/chat.ts'
import type { MessageRecord } from '../../storage/message-store.ts'
import { addressesIn } from '../../text/addresses.ts'
import type { NamesInRoom } from '../names-in-room.ts'
import type { People } from '../people.ts'

export interface MentionsParts {
  readonly ghosts: Ghosts
  readonly people: People
  readonly logins: Logins
  readonly relays: Relays
  readonly namesInRoom: NamesInRoom
}

/** Whom of Matrix a message of the network speaks to. */
export class Mentions {
  readonly #parts: MentionsParts

  constructor(parts: MentionsParts) {
    this.#parts = parts
  }

  /** The same document, in which a mention of a login's own person means its owner. */
  async withOwners(chat: ChatKey, document: MessageDocument): Promise<MessageDocument> {
    const { ghosts, people } = this.#parts
    const owners = new Map<string, string>()
    for (const target of targetsIn(document.blocks)) {
      const remote = ghosts.remoteUserOf(target as UserId)
      if (remote === undefined) continue
      const { userId, isOwner } = await people.memberUser(chat, remote)
      if (isOwner) owners.set(target, userId)
    }
    if (owners.size === 0) return document
    const changed = (inline: Inline): Inline =>
      inline.type === 'mention' ? { ...inline, target: owners.get(inline.target) ?? inline.target } : inline
    return { ...document, blocks: document.blocks.map((block) => withInlines(block, changed)) }
  }

  /**
   * Whom a message calls by name, where that is how people of Matrix are spoken to: they have no account on the network, and the
   * relay shows their names. Without this they would not be told, for an event that has `m.mentions` mentions nobody else.
   */
  async calledByName(
    { roomId, chat, speaker }: { readonly roomId: RoomId; readonly chat: ChatKey; readonly speaker: UserId },
    document: MessageDocument,
  ): Promise<UserId[]> {
    const { logins, relays, namesInRoom } = this.#parts
    if (relays.of(chat) === undefined) return []
    const text = withoutAddresses(plainText({ kind: 'text', blocks: document.blocks.filter(isOwnWords) }))
    const called = await namesInRoom.in(roomId, text)
    return called.filter((userId) => userId !== speaker && logins.speakingFor(userId, chat) === undefined)
  }

  /** A person of Matrix whose message is answered; nobody where it is a ghost's, or the speaker's own. */
  async answered(
    { chat, speaker }: { readonly chat: ChatKey; readonly speaker: UserId },
    { author }: Pick<MessageRecord, 'author'>,
  ): Promise<UserId[]> {
    const { userId, isOwner } =
      'matrix' in author
        ? { userId: author.matrix, isOwner: true }
        : await this.#parts.people.memberUser(chat, author.remote)
    return isOwner && userId !== speaker ? [userId] : []
  }
}

function isOwnWords({ type }: Block): boolean {
  return type === 'paragraph' || type === 'heading' || type === 'list'
}

function withoutAddresses(text: string): string {
  let at = 0
  let rest = ''
  for (const { from, to } of addressesIn(text)) {
    // An id of Matrix calls whom it names.
    if (text.startsWith('@', from)) continue
    rest += `${text.slice(at, from)}\u2026`
    at = to
  }
  return rest + text.slice(at)
}

function targetsIn(blocks: readonly Block[]): Set<string> {
  const targets = new Set<string>()
  const note = (inline: Inline): Inline => {
    if (inline.type === 'mention' && inline.target.startsWith('@')) targets.add(inline.target)
    return inline
  }
  for (const block of blocks) withInlines(block, note)
  return targets
}

function withInlines(block: Block, change: (inline: Inline) => Inline): Block {
  const inner = (inline: Inline): Inline =>
    inline.type === 'link' ? { ...inline, children: inline.children.map(inner) } : change(inline)
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return { ...block, children: block.children.map(inner) }
    case 'quote':
      return { ...block, children: block.children.map((child) => withInlines(child, change)) }
    case 'list':
      return { ...block, items: block.items.map((item) => item.map((child) => withInlines(child, change))) }
    default:
      return block
  }
}
