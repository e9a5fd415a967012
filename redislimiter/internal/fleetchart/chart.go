package main

import (
	"image/color"
	"math"
	"strconv"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// line has the times at which requests of a fleet were served.
type line struct {
	name   string
	served []time.Duration
}

// colors returns the colors of the lines, which color-blind people can tell
// apart.
func colors() []color.RGBA {
	return []color.RGBA{
		{0x00, 0x72, 0xB2, 0xFF},
		{0x00, 0x9E, 0x73, 0xFF},
		{0xE6, 0x9F, 0x00, 0xFF},
		{0xCC, 0x79, 0xA7, 0xFF},
		{0x80, 0x80, 0x80, 0xFF},
	}
}

// write writes the chart as an SVG file. Its lines are cumulative, so their
// slope is the number of requests served per second.
func (s situation) write(file string, lines []line) error {
	p := s.frame()
	if s.outage {
		shade, err := plotter.NewPolygon(plotter.XYs{
			{X: away.Seconds(), Y: 0},
			{X: back.Seconds(), Y: 0},
			{X: back.Seconds(), Y: p.Y.Max},
			{X: away.Seconds(), Y: p.Y.Max},
		})
		if err != nil {
			return err
		}
		shade.Color, shade.Width = color.RGBA{0xEE, 0xEE, 0xEE, 0xFF}, 0
		p.Add(shade)
	}
	all, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: duration.Seconds(), Y: s.budget()}})
	if err != nil {
		return err
	}
	all.LineStyle = draw.LineStyle{Color: color.Gray{0x60}, Width: 1, Dashes: []vg.Length{4, 4}}
	p.Add(all)
	p.Legend.Add("available", all)
	for i, l := range lines {
		points := plotter.XYs{{X: 0, Y: 0}}
		for n, at := range l.served {
			points = append(points, plotter.XY{X: at.Seconds(), Y: float64(n + 1)})
		}
		points = append(points, plotter.XY{X: duration.Seconds(), Y: float64(len(l.served))})
		drawn, err := plotter.NewLine(points)
		if err != nil {
			return err
		}
		drawn.LineStyle = draw.LineStyle{Color: colors()[i], Width: 2}
		if i == len(lines)-1 {
			drawn.Dashes = []vg.Length{5, 5} // it covers another line
		}
		p.Add(drawn)
		p.Legend.Add(l.name, drawn)
	}
	return p.Save(16*vg.Centimeter, 10*vg.Centimeter, file)
}

// frame returns the chart without its lines.
func (s situation) frame() *plot.Plot {
	p := plot.New()
	for _, style := range []*text.Style{
		&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle,
		&p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle,
	} {
		style.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: 11}
	}
	p.Title.Text = s.title
	p.X.Label.Text = "seconds"
	p.Y.Label.Text = "reads served, in total"
	p.X.Min, p.X.Max = 0, duration.Seconds()+1
	p.X.Tick.Marker, p.Y.Tick.Marker = every(10), every(100)
	p.Y.Min, p.Y.Max = 0, s.budget()+15
	p.Title.TextStyle.Font.Size, p.Title.Padding = 14, 8
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.YOffs, p.Legend.XOffs, p.Legend.Padding = -4, 8, 3
	p.Add(plotter.NewGrid())
	return p
}

// budget returns how many reads the outsider leaves to the fleet.
func (s situation) budget() float64 { return (10 - s.outsider) * duration.Seconds() }

// every returns ticks at the multiples of n.
func every(n float64) plot.TickerFunc {
	return func(least, most float64) []plot.Tick {
		var ticks []plot.Tick
		for at := math.Ceil(least/n) * n; at <= most; at += n {
			ticks = append(ticks, plot.Tick{Value: at, Label: strconv.Itoa(int(at))})
		}
		return ticks
	}
}
