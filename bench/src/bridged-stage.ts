import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, loopbacks, MatrixPerson, type LoopbackChat, type LoopbackNetwork } from '@pons/test'
import { ownCheckout, startServer, stop, untilReady } from './target.ts'

export interface BridgedStage {
  readonly person: MatrixPerson
  /** By network id; each has one at least. */
  readonly chats: ReadonlyMap<string, readonly LoopbackChat[]>
  readonly process: ChildProcess
}

/** Pons in a process of its own, as an operator runs it; the networks and one person with a login on each in this one. */
export async function onBridgedStage<T>(
  names: readonly string[],
  measure: (stage: BridgedStage) => Promise<T>,
): Promise<T> {
  await using stack = new AsyncDisposableStack()
  const networks: LoopbackNetwork[] = []
  for (const name of names) {
    const loopback = loopbacks[name]
    if (loopback === undefined) throw new Error(`${name} has no loopback side`)
    networks.push(stack.use(await loopback.start()))
  }
  const folder = mkdtempSync(join(tmpdir(), 'pons-bench-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  writeFileSync(join(folder, 'pons.yaml'), settingsFor(networks, port))
  const child = startServer(folder, ownCheckout)
  stack.defer(() => stop(child))
  await untilReady(url, child)
  const account = { name: 'bench', password: 'bench-password', timeoutMs: 120_000 }
  const person = stack.use(await MatrixPerson.register({ url, ...account }))
  const chats = new Map<string, readonly LoopbackChat[]>()
  for (const network of networks) {
    const entered = await network.enter([person])
    if (entered.length === 0) throw new Error(`${network.id} has no chat`)
    chats.set(network.id, entered)
  }
  return await measure({ person, chats, process: child })
}

/** The first chat of a network. */
export function chatOf({ chats }: BridgedStage, name: string): LoopbackChat {
  const chat = chats.get(name)?.[0]
  if (chat === undefined) throw new Error(`${name} is not on the stage`)
  return chat
}

function settingsFor(networks: readonly LoopbackNetwork[], port: number): string {
  const off = Object.fromEntries(Object.keys(loopbacks).map((id) => [id, false]))
  const on = Object.fromEntries(networks.map(({ id, settings }) => [id, settings]))
  return JSON.stringify({
    listeners: [{ host: '127.0.0.1', port }],
    registration: { open: true },
    rate_limit: false,
    password_hashing: 'cheap',
    log: { level: 'warn' },
    networks: { ...off, ...on },
  })
}
