import type { JsonObject, RoomId, UserId } from '@pons/matrix'
import type { BridgeContext } from '../../bridge-context.ts'
import type { Block, Inline, MessageDocument } from '../../document/document.ts'
import { plainText } from '../../document/plain-text.ts'
import type { ChatKey } from '../../network/chat.ts'
import type { MessageRecord } from '../../store/message-store.ts'
import { addressesIn } from '../../text/addresses.ts'

/** The same document, in which a mention of a login's own person means its owner. */
export async function withOwnersMentioned(
  context: BridgeContext,
  chat: ChatKey,
  document: MessageDocument,
): Promise<MessageDocument> {
  const owners = new Map<string, string>()
  for (const target of targetsIn(document.blocks)) {
    const remote = context.ghosts.remoteUserOf(target as UserId)
    if (remote === undefined) continue
    const { userId, isOwner } = await context.people.memberUser(chat, remote)
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
export async function calledByName(
  context: BridgeContext,
  place: { readonly roomId: RoomId; readonly chat: ChatKey; readonly speaker: UserId },
  document: MessageDocument,
): Promise<UserId[]> {
  const { roomId, chat, speaker } = place
  if (context.relays.of(chat) === undefined) return []
  const text = withoutAddresses(plainText({ kind: 'text', blocks: document.blocks.filter(isOwnWords) }))
  const called = await context.namesInRoom.in(roomId, text)
  return called.filter((userId) => userId !== speaker && context.logins.speakingFor(userId, chat) === undefined)
}

/** A person of Matrix whose message is answered; nobody where it is a ghost's, or the speaker's own. */
export async function answeredPerson(
  context: BridgeContext,
  { chat, speaker }: { readonly chat: ChatKey; readonly speaker: UserId },
  { author }: Pick<MessageRecord, 'author'>,
): Promise<UserId[]> {
  const { userId, isOwner } =
    'matrix' in author ? { userId: author.matrix, isOwner: true } : await context.people.memberUser(chat, author.remote)
  return isOwner && userId !== speaker ? [userId] : []
}

/** Content that mentions further people, too (spec, "User and room mentions"). */
export function mentioning(content: JsonObject, further: readonly UserId[]): JsonObject {
  if (further.length === 0) return content
  const users = new Set([...mentionedIn(content), ...further])
  return { ...content, 'm.mentions': { user_ids: [...users] } }
}

export function mentionedIn(content: JsonObject | undefined): string[] {
  const mentions = content?.['m.mentions'] as JsonObject | undefined
  const users = mentions?.['user_ids']
  return Array.isArray(users) ? users.filter((user): user is string => typeof user === 'string') : []
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
