import { CuttingProxy } from '../../../test/src/irc/cutting-proxy.ts'
import { startInspircd, type Inspircd, type InspircdOptions } from '../../../test/src/irc/inspircd.ts'
import { IrcPerson } from '../../../test/src/irc/irc-person.ts'
import { RudeServer, type RudeConnection } from '../../../test/src/irc/rude-server.ts'
import { Adapter } from './support.ts'

/** A real server, Ann in its channel `#chan`, and the relay, which has come to it. */
export interface Scene extends AsyncDisposable {
  readonly server: Inspircd
  readonly person: IrcPerson
  readonly adapter: Adapter
}

export interface CuttableScene extends Scene {
  readonly proxy: CuttingProxy
}

/** A scripted server, and the relay in its channel `#chan`. */
export interface ScriptedScene extends AsyncDisposable {
  readonly server: RudeServer
  readonly adapter: Adapter
  /** The relay's. */
  readonly connection: RudeConnection
}

export async function setScene(options: InspircdOptions = {}): Promise<Scene> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startInspircd(options))
  const others = await peopleAround(stack, server, server.port)
  return asScene(stack, { server, ...others })
}

/** The same, with the relay behind a wire that can be cut. */
export async function setCuttableScene(options: InspircdOptions = {}): Promise<CuttableScene> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startInspircd(options))
  const proxy = stack.use(await CuttingProxy.start(server))
  const others = await peopleAround(stack, server, proxy.port)
  return asScene(stack, { server, proxy, ...others })
}

export async function setScriptedScene(
  onLine: NonNullable<RudeServer['onLine']>,
  capabilities?: string,
): Promise<ScriptedScene> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await RudeServer.start(undefined, capabilities))
  server.onLine = onLine
  const adapter = stack.use(await Adapter.start({ port: server.port }))
  await adapter.joined()
  return asScene(stack, { server, adapter, connection: await server.connection(0) })
}

/** Everything that was sent before has been read when this comes. */
export async function heard({ adapter, connection }: ScriptedScene): Promise<void> {
  connection.send(':ann!a@b PRIVMSG #chan :that was it')
  await adapter.host.waitFor(({ kind }) => kind === 'message')
}

/** Ann, who makes the channel, and the relay, which comes through that port. */
async function peopleAround(
  stack: AsyncDisposableStack,
  server: Inspircd,
  port: number,
): Promise<{ person: IrcPerson; adapter: Adapter }> {
  const person = stack.use(await IrcPerson.connect({ ...server, nick: 'Ann' }))
  await person.join('#chan')
  const adapter = stack.use(await Adapter.start({ port }))
  await adapter.joined()
  return { person, adapter }
}

/** Hands over what there is to whoever set the scene; until then it ends with the first failure. */
function asScene<Parts extends object>(stack: AsyncDisposableStack, parts: Parts): Parts & AsyncDisposable {
  const owned = stack.move()
  return { ...parts, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
