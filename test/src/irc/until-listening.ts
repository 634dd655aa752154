import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Resolves once somebody can connect to a port of loopback; rejects when the program that is to listen there has ended. */
export async function untilListening(port: number, child: { readonly exitCode: number | null }): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (isThere) return
    await pause(20)
  }
}
