import { createHmac } from 'node:crypto'
import { MatrixError, type Errcode } from '@pons/matrix'
import type { LoadedConfig } from './config/load-config.ts'

const noncePath = '/_synapse/admin/v1/register'

export interface SignedRequest {
  readonly path: string
  /** What the shared secret vouches for, after the nonce. */
  readonly signed: readonly string[]
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * Asks the server that runs from this configuration, by its shared secret. False when none answers, or there is no secret.
 * @throws MatrixError when it refuses.
 */
export async function throughServer({ config }: LoadedConfig, request: SignedRequest): Promise<boolean> {
  const secret = config.registration.shared_secret
  const listener = config.listeners.find(({ tls, port }) => tls === undefined && port !== 0)
  if (secret === undefined || listener === undefined) return false
  const base = `http://${listener.host}:${listener.port}`
  // A second request finds no connection that may just be closing.
  const nonce = await fetch(base + noncePath, { headers: { connection: 'close' } }).then(
    async (response) => (await response.json()) as { nonce?: string },
    () => undefined,
  )
  if (nonce?.nonce === undefined) return false
  const mac = createHmac('sha1', secret)
    .update([nonce.nonce, ...request.signed].join('\0'))
    .digest('hex')
  const response = await fetch(base + request.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ nonce: nonce.nonce, mac, ...request.body }),
  })
  if (response.ok) return true
  const { errcode, error } = (await response.json()) as { errcode?: Errcode; error?: string }
  throw new MatrixError(errcode ?? 'M_UNKNOWN', error ?? `the server answered ${response.status}`)
}
