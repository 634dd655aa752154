import type { IrcNetwork } from './network.ts'

const longestGoodbyeMs = 5000

/** Resolves when what was read is stored; after a while, too, where storing does not work at all. */
export async function storedBeforeLeaving({ lanes, lastSeen, parts }: IrcNetwork): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = parts.clock.schedule(resolve, longestGoodbyeMs)
    void Promise.all([lanes.settled(), lastSeen.saved()]).then(() => {
      cancel()
      resolve()
    })
  })
}
