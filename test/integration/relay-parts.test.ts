import assert from 'node:assert/strict'
import { IrcPerson } from '../src/irc/irc-person.ts'
import { startIrcLoopback } from '../src/loopback/irc-loopback.ts'
import { startLoopbackStage } from '../src/loopback/loopback-stage.ts'

describe('when nobody of Matrix is left', () => {
  it('the relay parts from a channel, but not from one of the configuration', async () => {
    const network = await startIrcLoopback({ network: 'net' })
    await using stage = await startLoopbackStage({ networks: [network] })
    const { person, pons } = stage
    const { address, port } = (network.settings['networks'] as { net: { address: string; port: number } }).net
    await using onIrc = await IrcPerson.connect({ host: address, port, nick: 'watcher' })
    await onIrc.join('#pons')
    await onIrc.join('#visited')
    const leave = async (channel: string): Promise<void> => {
      const roomId = await person.join(`#irc_net_${channel}:${pons.serverName}`)
      await person.request('POST', `/_matrix/client/v3/rooms/${roomId}/leave`, {})
    }
    await leave('#pons')
    await leave('#visited')
    await onIrc.waitFor(({ command, params: [channel] }) => command === 'PART' && channel === '#visited')
    await stage.settled()
    const isGone = onIrc.transcript.some(({ command, params: [channel] }) => command === 'PART' && channel === '#pons')
    assert.equal(isGone, false)
    // Its room is there still, and bridged.
    const roomId = await person.join(`#irc_net_#pons:${pons.serverName}`)
    onIrc.say('#pons', 'anybody here?')
    await person.hear('anybody here?', roomId)
  })
})
