import { isJsonObject, ownValue, type JsonObject } from '@pons/matrix'
import type { Block, Inline, MediaReference, MessageDocument, PlaceReference } from './document.ts'
import { blocksFromHtml } from './from-html.ts'
import { shownName } from '../text/shown-name.ts'
import { withWholeAddresses } from './whole-addresses.ts'

const mediaKinds: Readonly<Record<string, MediaReference['kind']>> = {
  'm.image': 'image',
  'm.video': 'video',
  'm.audio': 'audio',
  'm.file': 'file',
}

const maxWaveform = 120

/**
 * Reads the content of an `m.room.message` or `m.sticker` event (spec section "m.room.message msgtypes"). Content is
 * whatever a client sent: anything missing or of the wrong type is taken for absent, and some document always results.
 */
export function fromMatrix(eventType: string, content: JsonObject): MessageDocument {
  const msgtype = text(content, 'msgtype') ?? ''
  const kind = msgtype === 'm.emote' ? 'emote' : msgtype === 'm.notice' ? 'notice' : 'text'
  const mediaKind = eventType === 'm.sticker' ? 'sticker' : ownValue(mediaKinds, msgtype)
  const media = mediaKind && readMedia(mediaKind, content)
  if (media) return { kind, blocks: hasCaption(content) ? readBlocks(content) : [], media }
  if (msgtype === 'm.location') return readLocation(kind, content)
  return { kind, blocks: readBlocks(content) }
}

function readBlocks(content: JsonObject): Block[] {
  const html = text(content, 'format') === 'org.matrix.custom.html' ? text(content, 'formatted_body') : undefined
  const blocks = html === undefined ? [] : blocksFromHtml(html, isReply(content))
  return blocks.length > 0 ? withWholeAddresses(blocks) : paragraphsOf(bodyOf(content))
}

// A body that differs from `filename` is a caption (since v1.10); without `filename` the body is the file's name.
function hasCaption(content: JsonObject): boolean {
  const fileName = text(content, 'filename')
  return fileName !== undefined && fileName !== bodyOf(content) && bodyOf(content) !== ''
}

function readMedia(kind: MediaReference['kind'], content: JsonObject): MediaReference | undefined {
  const mxc = text(content, 'url') ?? text(object(content, 'file'), 'url')
  if (mxc === undefined || !mxc.startsWith('mxc://')) return undefined
  const info = object(content, 'info')
  const fileName = shownName(text(content, 'filename') ?? bodyOf(content))
  const mimeType = text(info, 'mimetype')
  const sizeBytes = count(info, 'size')
  const width = count(info, 'w')
  const height = count(info, 'h')
  const durationMs = count(info, 'duration')
  return {
    kind,
    fileName: fileName === '' ? kind : fileName,
    ...(mimeType !== undefined && { mimeType }),
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(durationMs !== undefined && { durationMs }),
    ...(Object.hasOwn(content, 'org.matrix.msc3245.voice') && { isVoice: true }),
    ...readWaveform(object(content, 'org.matrix.msc1767.audio')),
    ...(ownValue(info, 'fi.mau.gif') === true && { isGif: true }),
    source: { mxc },
  }
}

function readWaveform(audio: JsonObject): { waveform?: number[] } {
  const values = ownValue(audio, 'waveform')
  if (!Array.isArray(values)) return {}
  const levels = values.filter((value): value is number => typeof value === 'number' && value >= 0 && value <= 1024)
  return levels.length > 0 ? { waveform: levels.slice(0, maxWaveform) } : {}
}

function readLocation(kind: MessageDocument['kind'], content: JsonObject): MessageDocument {
  const [, latitude, longitude] = /^geo:(-?[0-9.]+),(-?[0-9.]+)/.exec(text(content, 'geo_uri') ?? '') ?? []
  const blocks = readBlocks(content)
  const place = { latitude: Number(latitude), longitude: Number(longitude) }
  if (!Number.isFinite(place.latitude) || !Number.isFinite(place.longitude)) return { kind, blocks }
  const name = text(content, 'body')
  return {
    kind,
    blocks: [...blocks, placeLink(place)],
    location: { ...place, ...(name !== undefined && name !== '' && { name }) },
  }
}

/** A place in words: a link to a map, for networks that have no such message. */
export function placeLink({ latitude, longitude }: PlaceReference): Block {
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}`
  return { type: 'paragraph', children: [{ type: 'link', href, children: [{ type: 'text', text: href }] }] }
}

/**
 * The body without the quoted lines with which clients began a reply before v1.13, whatever name stands in them. An edit says
 * nothing of what the message answers, so there only an id tells such lines from somebody's own.
 */
export function bodyOf(content: JsonObject): string {
  const body = text(content, 'body') ?? ''
  const isQuoted = isReply(content)
    ? /^> ?(?:\* )?(?:<|@[^\s:<>]+:[^\s<>])/.test(body)
    : /^> ?(?:\* )?<@[^\s:<>]+:[^\s<>]+>/.test(body)
  if (!isQuoted) return body
  const lines = body.split('\n')
  const first = lines.findIndex((line) => !line.startsWith('>'))
  if (first === -1) return body
  const isApart = lines[first]?.trim() === ''
  if (!isApart && !/^> ?(?:\* )?<?[@!]/.test(body)) return body
  return lines
    .slice(first)
    .join('\n')
    .replace(/^(?:[^\S\n]*\n)+/, '')
}

function isReply(content: JsonObject): boolean {
  return isJsonObject(ownValue(object(content, 'm.relates_to'), 'm.in_reply_to'))
}

function paragraphsOf(body: string): Block[] {
  const children = body.split(/\r\n|\r|\n/).flatMap((line, index): Inline[] => {
    const pieces: Inline[] = line === '' ? [] : [{ type: 'text', text: line }]
    return index === 0 ? pieces : [{ type: 'break' }, ...pieces]
  })
  return children.length > 0 ? [{ type: 'paragraph', children }] : []
}

function text(content: JsonObject, key: string): string | undefined {
  const value = ownValue(content, key)
  return typeof value === 'string' ? value : undefined
}

function count(content: JsonObject, key: string): number | undefined {
  const value = ownValue(content, key)
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function object(content: JsonObject, key: string): JsonObject {
  const value = ownValue(content, key)
  return isJsonObject(value) ? value : {}
}
