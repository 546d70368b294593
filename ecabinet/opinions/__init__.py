"""Written opinions outside a meeting (phiếu lấy ý kiến): asked, answered, reminded of, reported."""
