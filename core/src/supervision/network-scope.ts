import { AsyncLocalStorage } from 'node:async_hooks'

const scope = new AsyncLocalStorage<string>()

/** Whatever the work sets off, timers and sockets of libraries included, belongs to that network. */
export function runInNetwork<T>(network: string, work: () => T): T {
  return scope.run(network, work)
}

/** The network whose work is running; in a handler of uncaught exceptions, the one it escaped from. */
export function currentNetwork(): string | undefined {
  return scope.getStore()
}
