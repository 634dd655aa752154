import { loopbacks } from '../src/loopback/start-loopback.ts'
import { networkContract } from './network-contract.ts'

for (const [name, loopback] of Object.entries(loopbacks)) networkContract(name, loopback)
