import { createHmac, hkdfSync } from 'node:crypto'
import { HttpResponse, mediaHeaders, type Dispatch, type DispatchResponse } from '@pons/http'
import { isJsonObject, MatrixError, notFound, utf8Length, type Clock } from '@pons/matrix'
import { tokensEqual } from '@pons/registration'
import { isUnknownEndpoint, mediaPaths } from './media-paths.ts'

export interface MediaLinksOptions {
  readonly dispatch: Dispatch
  readonly asToken: string
  /** Where people on the network reach the bridge's own routes. */
  readonly baseUrl: string
  /** How long a link is good; at least so long. */
  readonly ttlMs: number
  readonly clock: Clock
}

/** A link, taken apart. */
export interface AskedMedia {
  readonly serverName: string
  readonly mediaId: string
  /** Milliseconds since 1970, in base 36. */
  readonly until: string
  readonly signature: string
  readonly fileName?: string | undefined
}

export const mediaPath = '/_pons/media'

/** Links made within it say the same of the same medium. */
const grainMs = 24 * 3600 * 1000
const longestName = 255

/**
 * Links for people without an account to media that were bridged, handed out by the bridge with its own right to read them.
 * Only it can make one: what it has not bridged, nobody gets from it.
 */
export class MediaLinks {
  readonly #options: MediaLinksOptions
  readonly #key: Uint8Array

  constructor(options: MediaLinksOptions) {
    this.#options = options
    this.#key = new Uint8Array(hkdfSync('sha256', options.asToken, '', 'pons media links', 32))
  }

  linkTo(mxcUri: string, fileName?: string): string | undefined {
    const [, serverName, mediaId] = /^mxc:\/\/([^/]+)\/([A-Za-z0-9_-]+)$/.exec(mxcUri) ?? []
    if (serverName === undefined || mediaId === undefined) return undefined
    const { clock, ttlMs, baseUrl } = this.#options
    const until = (Math.ceil((clock.now() + ttlMs) / grainMs) * grainMs).toString(36)
    const name = fileName === undefined || fileName === '' || utf8Length(fileName) > longestName ? undefined : fileName
    const signature = this.#sign({ serverName, mediaId, until, fileName: name })
    const parts = [serverName, mediaId, until, signature, ...(name === undefined ? [] : [name])]
    return `${baseUrl.replace(/\/+$/, '')}${mediaPath}/${parts.map(encodeURIComponent).join('/')}`
  }

  /** @throws MatrixError M_NOT_FOUND for what was not bridged, is over or gone, and whatever the homeserver says */
  async fetch(asked: AskedMedia): Promise<HttpResponse> {
    const { dispatch, asToken, clock } = this.#options
    if (!tokensEqual(asked.signature, this.#sign(asked))) throw notFound('there is no such link')
    if (Number.parseInt(asked.until, 36) < clock.now()) throw notFound('this link is no longer good')
    const { serverName, mediaId, fileName } = asked
    const get = async (path: readonly string[]): Promise<DispatchResponse> =>
      await dispatch({
        method: 'GET',
        url: `/_matrix/${path.map(encodeURIComponent).join('/')}`,
        headers: { authorization: `Bearer ${asToken}` },
        takesStream: true,
      })
    const [path = [], former = []] = mediaPaths(serverName, mediaId)
    const first = await get(path)
    const isUnknown = isUnknownEndpoint(first.status, isJsonObject(first.body) ? first.body['errcode'] : undefined)
    const answer = isUnknown ? await get(former) : first
    if (answer.status === 404) throw notFound('it is no longer there')
    if (answer.status !== 200) throw toError(answer.body)
    const contentType = answer.headers['content-type'] ?? 'application/octet-stream'
    const length = Number(answer.headers['content-length'] ?? NaN)
    const sizeBytes = Number.isSafeInteger(length) ? length : undefined
    return new HttpResponse(200, answer.body, mediaHeaders({ contentType, sizeBytes, fileName }))
  }

  #sign({ serverName, mediaId, until, fileName = '' }: Omit<AskedMedia, 'signature'>): string {
    const text = JSON.stringify([serverName, mediaId, until, fileName])
    return createHmac('sha256', this.#key).update(text).digest('base64url').slice(0, signatureLength)
  }
}

/** 132 bits. */
const signatureLength = 22

function toError(body: unknown): MatrixError {
  const { error } = isJsonObject(body) ? body : {}
  const words = typeof error === 'string' ? error : 'the homeserver did not hand it out'
  return new MatrixError('M_UNKNOWN', words, { status: 502 })
}
