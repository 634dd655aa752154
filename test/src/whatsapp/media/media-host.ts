import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import type { Faults } from '../faults.ts'
import type { Judge } from '../judge.ts'
import {
  fileIn,
  mediaMessage,
  openFile,
  sealFile,
  sha256,
  type FileReference,
  type NewMedia,
  type OpenedMedia,
} from './media-files.ts'
import type { proto } from '@whiskeysockets/baileys'

const uploadPath = /^\/mms\/(image|video|audio|document|thumbnail-link|md-app-state|md-msg-hist)\/([\w%-]+={0,2})$/

export interface MediaHostParts {
  readonly faults: Faults
  readonly judge: Judge
  /** A request has come. */
  readonly onChange: () => void
}

/** Where encrypted files lie: HTTPS on loopback, with a certificate of its own. */
export class MediaHost implements AsyncDisposable {
  /** PEM of what a client must trust. */
  readonly certificate: string
  /** What an upload must show; handed out to clients that are logged in. */
  readonly auth = randomBytes(12).toString('base64url')
  readonly #server: Server
  readonly #blobs = new Map<string, Buffer>()
  readonly #pictures = new Map<string, Buffer>()
  readonly #faults: Faults
  readonly #judge: Judge
  readonly #onChange: () => void

  private constructor(tls: { cert: string; key: string }, { faults, judge, onChange }: MediaHostParts) {
    this.certificate = tls.cert
    this.#faults = faults
    this.#judge = judge
    this.#onChange = onChange
    this.#server = createServer(tls, (request, response) => void this.#serve(request, response))
  }

  static async start(parts: MediaHostParts): Promise<MediaHost> {
    const { cert, private: key } = await certificate()
    const host = new MediaHost({ cert, key }, parts)
    host.#server.listen(0, '127.0.0.1')
    await once(host.#server, 'listening')
    return host
  }

  /** Where clients are told to send their files, with a port: here, unless it is said otherwise. */
  get uploadHostname(): string {
    return this.#faults.uploadHost ?? this.hostname
  }

  /** With its port: where `https://` is put in front. */
  get hostname(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** As somebody's phone does it. @returns the message that says where it is */
  publish(media: NewMedia): proto.IMessage {
    const { blob, reference } = sealFile(media.bytes, media.kind)
    return mediaMessage(media, { ...reference, ...this.#store(blob) })
  }

  /** A part of somebody's history. @returns what the notice says of it */
  publishHistory(bytes: Uint8Array): Pick<FileReference, 'directPath' | 'mediaKey' | 'fileSha256' | 'fileEncSha256'> {
    const { blob, reference } = sealFile(bytes, 'history')
    const { mediaKey = null, fileSha256 = null, fileEncSha256 = null } = reference
    return { directPath: this.#store(blob).directPath, mediaKey, fileSha256, fileEncSha256 }
  }

  /** As somebody's phone does it; undefined where the message is about no file. @throws Error where the file is not what it says */
  open(content: proto.IMessage): OpenedMedia | undefined {
    const file = fileIn(content)
    if (file === undefined) return undefined
    const blob = this.#blobs.get(file.reference.directPath ?? '')
    if (blob === undefined) throw new Error(`nothing was uploaded to ${file.reference.directPath}`)
    return { ...file.about, bytes: openFile(blob, file.reference, file.about.kind) }
  }

  /** A profile picture; it is not encrypted. */
  publishPicture(bytes: Uint8Array): string {
    const path = `/pictures/${randomBytes(9).toString('base64url')}`
    this.#pictures.set(path, Buffer.from(bytes))
    return `https://${this.hostname}${path}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #store(blob: Buffer): { url: string; directPath: string } {
    const directPath = `/v/${randomBytes(9).toString('base64url')}`
    this.#blobs.set(directPath, blob)
    return { url: `https://${this.hostname}${directPath}`, directPath }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://host')
    const fault = this.#faults.takeForMedia()
    this.#onChange()
    const body = await bytesOf(request)
    if (fault !== undefined) return void response.writeHead(fault).end()
    await this.#faults.beforeMedia?.()
    if (request.method === 'POST') return this.#upload(pathname, searchParams, { body, response })
    const blob = this.#blobs.get(pathname) ?? this.#pictures.get(pathname)
    if (blob === undefined) return void response.writeHead(404).end()
    sendRange(blob, request.headers.range, response)
  }

  #upload(pathname: string, search: URLSearchParams, { body, response }: Upload): void {
    const [, , token = ''] = uploadPath.exec(pathname) ?? []
    if (search.get('auth') !== this.auth) return this.#refuse(response, 401, `an upload without the right auth`)
    const hash = Buffer.from(decodeURIComponent(token), 'base64url')
    if (!hash.equals(sha256(body)))
      return this.#refuse(response, 400, `an upload whose token is not its hash: ${pathname}`)
    const { url, directPath } = this.#store(body)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ url, direct_path: directPath }))
  }

  #refuse(response: ServerResponse, code: number, words: string): void {
    this.#judge.against(words)
    response.writeHead(code).end()
  }
}

interface Upload {
  readonly body: Buffer
  readonly response: ServerResponse
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function sendRange(blob: Buffer, range: string | undefined, response: ServerResponse): void {
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
  const end = to === '' ? blob.length : Number(to) + 1
  const part = blob.subarray(Number(from), end)
  response.writeHead(range === undefined ? 200 : 206, { 'content-length': part.length })
  response.end(part)
}

async function certificate() {
  return await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  })
}
