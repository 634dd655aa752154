import { currentNetwork, type Bridge } from '@pons/core'
import type { Logger } from 'pino'

/**
 * An exception that nobody caught ends the process, unless it came out of a network's library: then that network alone is
 * started again. Ends with the disposal.
 */
export function containFailures(bridges: readonly Bridge[], logger: Logger): Disposable {
  const contain = (error: unknown): void => {
    const network = currentNetwork()
    const bridge = bridges.find((one) => one.network === network)
    if (bridge !== undefined) return bridge.fail(error)
    logger.fatal({ err: error }, 'unexpected failure')
    process.exit(1)
  }
  process.on('uncaughtException', contain)
  process.on('unhandledRejection', contain)
  return {
    [Symbol.dispose]() {
      process.off('uncaughtException', contain)
      process.off('unhandledRejection', contain)
    },
  }
}
