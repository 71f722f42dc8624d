import { plantAll } from './half.ts'
import { Scene } from './scene.ts'
import { secondHalf } from './table.ts'

plantAll(secondHalf, Scene.create)
