/** Parts of the chart library that add themselves to its core when they are imported; it has no types for them. */
declare module "echarts/lib/chart/line" {}
declare module "echarts/lib/chart/bar" {}
declare module "echarts/lib/component/gridSimple" {}
declare module "echarts/lib/component/markArea" {}
