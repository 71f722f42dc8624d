import { plantAll } from './half.ts'
import { Scene } from './scene.ts'
import { firstHalf } from './table.ts'

plantAll(firstHalf, Scene.create)
