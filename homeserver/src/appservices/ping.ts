import { badStatus, connectionFailed, connectionTimeout, forbidden, urlNotSet } from '@pons/matrix'
import type { Appservice } from './appservice.ts'
import type { AppserviceQueues } from './queues.ts'
import { TransportError } from './transport.ts'

const TIMEOUT_MS = 20_000

/**
 * Calls the application service to see whether it can be reached; when it can, what waits is sent at once.
 * @returns how long it took, in milliseconds
 */
export async function pingService(
  queues: AppserviceQueues,
  { id, by, transactionId }: { id: string; by: Appservice | undefined; transactionId: string | undefined },
): Promise<number> {
  if (by?.id !== id) throw forbidden('Only the application service itself may ask for its ping')
  const transport = queues.transportOf(by)
  if (!transport) throw urlNotSet('The application service does not have a URL set')
  const body = JSON.stringify(transactionId === undefined ? {} : { transaction_id: transactionId })
  const startedMs = performance.now()
  const answer = await transport({ method: 'POST', url: '/_matrix/app/v1/ping', body, timeoutMs: TIMEOUT_MS }).catch(
    (error: unknown) => {
      if (!(error instanceof TransportError)) throw error
      throw error.isTimeout ? connectionTimeout(error.message) : connectionFailed(error.message)
    },
  )
  const { status, text } = answer
  if (status < 200 || status >= 300) throw badStatus(`Ping returned status ${status}`, { status, body: text })
  queues.sawAlive(by, 'ping')
  return Math.round(performance.now() - startedMs)
}
