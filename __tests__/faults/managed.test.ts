import { test } from '@jest/globals'
import { awsStandIn } from '../support/cluster/aws-stand-in.ts'
import { plantAll } from './half.ts'
import { ManagedScene } from './managed-scene.ts'
import { managed } from './table/managed.ts'

const aws = awsStandIn()
if (aws === undefined) test.skip('faults of a managed cache (AWS_STAND_IN names no stand-in for AWS)', () => {})
else plantAll([managed], () => ManagedScene.create(aws))
