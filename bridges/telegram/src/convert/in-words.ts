import { placeLink, shownName, type Block, type PlaceReference } from '@pons/core'
import { Api } from 'telegram'

/** What a medium without a file says, in words; undefined for nothing worth a word. */
export interface Words {
  readonly blocks: readonly Block[]
  readonly location?: PlaceReference
  /** True: the network's own form is worth keeping beside the words. */
  readonly isRaw: boolean
  /** True: what the medium is about is not said; these words must not stand in the place of others. */
  readonly isPartial?: true
}

/** Locations, contacts, polls and whatever else is no file. */
export function wordsFor(media: Api.TypeMessageMedia | undefined): Words | undefined {
  if (media === undefined || media instanceof Api.MessageMediaEmpty || media instanceof Api.MessageMediaWebPage)
    return undefined
  if (media instanceof Api.MessageMediaGeo || media instanceof Api.MessageMediaGeoLive)
    return place(media.geo, undefined)
  if (media instanceof Api.MessageMediaVenue)
    return place(media.geo, [media.title, media.address].filter(Boolean).join(', '))
  if (media instanceof Api.MessageMediaContact) {
    const name = shownName([media.firstName, media.lastName].filter(Boolean).join(' '))
    return said(`👤 ${name}`, `+${media.phoneNumber.replace(/^\+/, '')}`)
  }
  if (media instanceof Api.MessageMediaPoll) return poll(media)
  if (media instanceof Api.MessageMediaDice) return said(`${media.emoticon} rolled ${media.value}`)
  if (media instanceof Api.MessageMediaGame) return said(`🎮 ${shownName(media.game.title)}`, media.game.description)
  if (media instanceof Api.MessageMediaPhoto || media instanceof Api.MessageMediaDocument) {
    return partial(said('[a picture or file that has expired]'))
  }
  const kind = media.className.replace(/^MessageMedia/, '')
  return partial(said(`[a message of a kind that cannot be shown here: ${kind}]`))
}

function partial(words: Words): Words {
  return { ...words, isPartial: true }
}

function said(...lines: readonly string[]): Words {
  return { blocks: lines.filter((line) => line !== '').map(text), isRaw: true }
}

function text(line: string): Block {
  return { type: 'paragraph', children: [{ type: 'text', text: line }] }
}

function place(geo: Api.TypeGeoPoint, name: string | undefined): Words {
  if (!(geo instanceof Api.GeoPoint)) return partial(said('[a place that is not said]'))
  const location = { latitude: geo.lat, longitude: geo.long, ...(name !== undefined && name !== '' && { name }) }
  const blocks = [...(location.name === undefined ? [] : [text(location.name)]), placeLink(location)]
  return { blocks, location, isRaw: false }
}

/** Longer than a question or an answer may be. */
const longestLine = 1000

function poll({ poll: asked, results }: Api.MessageMediaPoll): Words {
  const votes = new Map((results.results ?? []).map(({ option, voters }) => [option.toString('hex'), voters]))
  const items = asked.answers.map(({ text: answer, option }): Block[] => {
    const count = votes.get(option.toString('hex'))
    const line = shownName(answer.text, longestLine)
    return [text(count === undefined ? line : `${line} (${count})`)]
  })
  const blocks: Block[] = [
    text(`📊 ${shownName(asked.question.text, longestLine)}`),
    { type: 'list', isOrdered: false, items },
  ]
  // Nothing but its votes changes in a poll.
  return { blocks, isRaw: true, ...(votes.size === 0 && { isPartial: true }) }
}
