import { placeLink, shownName, type Block, type PlaceReference } from '@pons/core'
import type { Content } from '../protocol/incoming.ts'

/** What a message without text or file says, in words. */
export interface Words {
  readonly blocks: readonly Block[]
  readonly location?: PlaceReference
  /** True: the network's own form is worth keeping beside the words. */
  readonly isRaw: boolean
  /** True: what the message is about is not said; these words must not stand in the place of others. */
  readonly isPartial?: true
}

/** Places, cards, polls, and whatever is of a kind that Matrix has no form for; undefined where there is nothing to say. */
export function wordsFor(content: Content): Words | undefined {
  const { locationMessage: spot, liveLocationMessage: live, contactMessage: card, eventMessage: event } = content
  if (spot) return place(spot.degreesLatitude, spot.degreesLongitude, [spot.name, spot.address])
  if (live) return place(live.degreesLatitude, live.degreesLongitude, [live.caption])
  if (card) return said(...cardLines(card))
  const cards = content.contactsArrayMessage?.contacts
  if (cards) return said(...cards.flatMap(cardLines))
  const asked = content.pollCreationMessage ?? content.pollCreationMessageV2 ?? content.pollCreationMessageV3
  if (asked) return poll(asked.name ?? '', asked.options ?? [])
  const invited = content.groupInviteMessage
  if (invited) return said(`[an invitation to the group ${shownName(invited.groupName ?? '')}]`, invited.caption ?? '')
  if (event)
    return { ...said(`📅 ${shownName(event.name ?? '')}`, event.description ?? ''), ...(!event.name && partial) }
  const known = buttons(content)
  if (known !== undefined) return known
  const kind = kindOf(content)
  return kind === undefined
    ? undefined
    : { ...said(`[a message of a kind that cannot be shown here: ${kind}]`), ...partial }
}

const partial = { isPartial: true } as const

/** What businesses send. */
function buttons(content: Content): Words | undefined {
  const { buttonsMessage, listMessage, templateMessage, interactiveMessage, listResponseMessage } = content
  const { buttonsResponseMessage, templateButtonReplyMessage } = content
  if (buttonsMessage) return said(buttonsMessage.contentText ?? '', buttonsMessage.footerText ?? '')
  if (listMessage) return said(listMessage.title ?? '', listMessage.description ?? '')
  const template = templateMessage?.hydratedTemplate ?? templateMessage?.hydratedFourRowTemplate
  if (template) return said(template.hydratedTitleText ?? '', template.hydratedContentText ?? '')
  if (interactiveMessage) return said(interactiveMessage.header?.title ?? '', interactiveMessage.body?.text ?? '')
  const answer =
    listResponseMessage?.title ??
    buttonsResponseMessage?.selectedDisplayText ??
    templateButtonReplyMessage?.selectedDisplayText
  return answer === undefined || answer === null ? undefined : said(answer)
}

const carriers = new Set(['senderKeyDistributionMessage', 'protocolMessage', 'albumMessage', 'stickerSyncRmrMessage'])

/** The field that makes the message; those that only carry something for the library are none. */
function kindOf(content: Content): string | undefined {
  const fields = Object.entries(content).filter(([, value]) => value !== null && value !== undefined)
  const [name] =
    fields.find(([key]) => !carriers.has(key) && (key.endsWith('Message') || /Message(V\d)?$/.test(key))) ?? []
  return name?.replace(/Message(V\d)?$/, '')
}

function said(...lines: readonly string[]): Words {
  const shown = lines.filter((line) => line !== '')
  return { blocks: (shown.length === 0 ? ['[an empty message]'] : shown).map(text), isRaw: true }
}

function text(line: string): Block {
  return { type: 'paragraph', children: [{ type: 'text', text: line }] }
}

function place(
  latitude: number | null | undefined,
  longitude: number | null | undefined,
  words: readonly (string | null | undefined)[],
): Words {
  if (typeof latitude !== 'number' || typeof longitude !== 'number')
    return { ...said('[a place that is not said]'), ...partial }
  const name = words.filter(Boolean).join(', ')
  const location = { latitude, longitude, ...(name !== '' && { name }) }
  return { blocks: [...(name === '' ? [] : [text(name)]), placeLink(location)], location, isRaw: false }
}

/** A name and its numbers, out of a vCard (RFC 6350). */
function cardLines({ displayName, vcard }: { displayName?: string | null; vcard?: string | null }): string[] {
  const lines = (vcard ?? '').split(/\r?\n/)
  const valueOf = (line: string): string => line.slice(line.indexOf(':') + 1).trim()
  const name = displayName ?? lines.filter((line) => /^FN[;:]/i.test(line)).map(valueOf)[0] ?? ''
  return [`👤 ${shownName(name)}`, ...lines.filter((line) => /^(?:item\d+\.)?TEL[;:]/i.test(line)).map(valueOf)]
}

/** Longer than a question or an answer may be. */
const longestLine = 1000

function poll(name: string, options: readonly { optionName?: string | null }[]): Words {
  const items = options.map(({ optionName }): Block[] => [text(shownName(optionName ?? '', longestLine))])
  const blocks: Block[] = [text(`📊 ${shownName(name, longestLine)}`), { type: 'list', isOrdered: false, items }]
  return { blocks, isRaw: true, ...((name === '' || items.length === 0) && partial) }
}
