import type { QueueMaker } from '@pons/core'
import type { Logger } from 'pino'
import type { PonsConfig } from './config/schema.ts'

/** The queue that the configuration asks for; undefined for the one in this process. Bull is loaded only where it is used. */
export async function queueMaker({ queue }: PonsConfig, logger: Logger): Promise<QueueMaker | undefined> {
  if (queue.engine === 'embedded') return undefined
  const { BullQueue } = await import('@pons/core/bull')
  const { redis: url, prefix } = queue
  return (name, options) =>
    new BullQueue({
      ...options,
      url,
      prefix: `${prefix}:${name}`,
      onTrouble: (error) => logger.warn({ err: error, queue: name }, 'trouble with the queue on Redis'),
    })
}
