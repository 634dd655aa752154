import { createHmac } from 'node:crypto'
import { MatrixError, type Errcode } from '@pons/matrix'
import type { LoadedConfig } from './config/load-config.ts'

const path = '/_synapse/admin/v1/register'

/**
 * Asks the server that runs from this configuration, by its shared secret. False when none answers.
 * @throws MatrixError when it refuses.
 */
export async function registerThroughServer(
  { config }: LoadedConfig,
  account: { name: string; password: string; isAdmin: boolean },
): Promise<boolean> {
  const secret = config.registration.shared_secret
  const listener = config.listeners.find(({ tls, port }) => tls === undefined && port !== 0)
  if (secret === undefined || listener === undefined) return false
  const base = `http://${listener.host}:${listener.port}`
  const nonce = await fetch(base + path).then(
    async (response) => (await response.json()) as { nonce?: string },
    () => undefined,
  )
  if (nonce?.nonce === undefined) return false
  const { name, password, isAdmin } = account
  const mac = createHmac('sha1', secret)
    .update([nonce.nonce, name, password, isAdmin ? 'admin' : 'notadmin'].join('\0'))
    .digest('hex')
  const response = await fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ nonce: nonce.nonce, username: name, password, admin: isAdmin, mac }),
  })
  if (response.ok) return true
  const { errcode, error } = (await response.json()) as { errcode?: Errcode; error?: string }
  throw new MatrixError(errcode ?? 'M_UNKNOWN', error ?? `the server answered ${response.status}`)
}
