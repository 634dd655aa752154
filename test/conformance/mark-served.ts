// Brings `served` in endpoints.jsonl up to date: node --conditions=pons:source test/conformance/mark-served.ts
import { writeFileSync } from 'node:fs'
import { endpointCounts, listFile, measureEndpoints, readEndpointList, renderEndpointList } from './endpoint-list.ts'

const facts = await measureEndpoints(readEndpointList())
writeFileSync(listFile, renderEndpointList(facts))
process.stdout.write(`${endpointCounts(facts).join('\n')}\n`)
