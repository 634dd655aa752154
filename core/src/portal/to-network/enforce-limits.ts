import { BridgeError } from '../../bridge-error.ts'
import type { MediaReference } from '../../document/document.ts'
import type { Capabilities, MediaLimits } from '../../network/capabilities.ts'
import type { MatrixIntent } from '../../network/matrix-intent.ts'
import { isSameReaction } from '../same-reaction.ts'

/** @throws BridgeError, in words for the person, for what the network is known not to take. */
export function enforceLimits(limits: Capabilities, intent: MatrixIntent, nowMs: number): void {
  switch (intent.kind) {
    case 'message':
      return enforceMedia(limits, intent.document.media, intent.document.blocks.length > 0)
    case 'edit':
      return enforceAge('edited', limits.edit?.maxAgeMs, nowMs - intent.target.timestampMs)
    case 'redaction':
      return enforceAge('deleted', limits.redaction?.maxAgeMs, nowMs - intent.target.timestampMs)
    case 'reaction':
      return enforceReaction(limits, intent.key)
    default:
  }
}

function enforceMedia(limits: Capabilities, media: MediaReference | undefined, hasCaption: boolean): void {
  const of = media && limits.message?.media?.[media.kind]
  if (of === undefined || media === undefined) return
  if (of.maxBytes !== undefined && (media.sizeBytes ?? 0) > of.maxBytes) {
    throw tooLarge(media, of.maxBytes)
  }
  const { mimeType } = media
  if (mimeType !== undefined && !isAllowed(of, mimeType)) {
    throw refusal(`this network takes no ${mimeType} as ${article(media.kind)}; send it as a file`)
  }
  if (hasCaption && of.maxCaptionLength === 0) throw refusal(`this network has no captions for ${article(media.kind)}`)
}

function tooLarge({ kind, fileName, sizeBytes = 0 }: MediaReference, maxBytes: number): BridgeError {
  const [has, may] = [sizeBytes, maxBytes].map(megabytes)
  return refusal(`${fileName} has ${has} MB, and this network takes ${article(kind)} of at most ${may} MB`)
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)
}

function isAllowed({ mimeTypes }: MediaLimits, mimeType: string): boolean {
  const type = mimeType.split(';')[0]?.trim().toLowerCase() ?? ''
  return mimeTypes?.some((allowed) => allowed === type || allowed === `${type.split('/')[0]}/*`) ?? true
}

function article(kind: MediaReference['kind']): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`
}

function enforceAge(done: string, maxAgeMs: number | undefined, ageMs: number): void {
  if (maxAgeMs === undefined || ageMs <= maxAgeMs) return
  const minutes = Math.floor(maxAgeMs / 60_000)
  const limit =
    minutes < 120
      ? `${minutes} minutes`
      : minutes < 2880
        ? `${Math.floor(minutes / 60)} hours`
        : `${Math.floor(minutes / 1440)} days`
  throw new BridgeError(`this network lets messages be ${done} for ${limit} only`, { reason: 'm.event_too_old' })
}

function enforceReaction({ reaction }: Capabilities, key: string): void {
  if (reaction?.allowed?.some((allowed) => isSameReaction(allowed, key)) ?? true) return
  throw refusal(`this network has no reaction ${key}`)
}

function refusal(words: string): BridgeError {
  return new BridgeError(words, { reason: 'com.beeper.unsupported_event' })
}
